"""A table of cases and providers: what the contract suite has shown, and what a provider says that it cannot do."""

from collections import Counter, defaultdict
from collections.abc import Generator, Iterator

import pytest

from tests.contract.invoicing import suite
from tests.contract.invoicing.bench import Bench

LEGEND = """\
A number says in how many moods the case was held against the provider, and that it stood. "says no": the provider, and
its card, say that it cannot do this, and doing it is refused. "-": there is nothing to hold the case against.
"""
_FOLDER = "tests/contract/invoicing/test_"
_SHOWN = "shown"
_GROUPS = {f"Test{name.removesuffix('Contract')}" for name in suite.__all__ if name.endswith("Contract")}


class Table:
    """A pytest plugin that keeps what became of every case."""

    def __init__(self) -> None:
        self._cells: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._providers: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        bench = getattr(item, "funcargs", {}).get("bench")
        if call.when == "call" and isinstance(bench, Bench):
            report.user_properties.append((_SHOWN, _shown(bench)))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        provider, case = _where(report.nodeid)
        if not provider or (report.passed and report.when != "call"):
            return
        self._providers.add(provider)
        shown = str(dict(report.user_properties).get(_SHOWN, "stood"))
        self._cells[case, provider][shown if report.passed else "failed"] += 1

    def lines(self) -> Iterator[str]:
        """The table as text."""
        providers = sorted(self._providers)
        width = max((len(case) for case, _ in self._cells), default=0) + 2
        yield " " * width + "  ".join(f"{name:>14}" for name in providers)
        for case in dict.fromkeys(case for case, _ in self._cells):
            cells = [_told(self._cells.get((case, name), Counter())) for name in providers]
            yield f"{case:<{width}}" + "  ".join(f"{cell:>14}" for cell in cells)


def _shown(bench: Bench) -> str:
    if bench.idle:
        return "idle"
    return "declined" if bench.declined else "stood"


def _where(nodeid: str) -> tuple[str, str]:
    """The provider and the case in words; of anything that is no case, two empty texts."""
    file, *names = nodeid.partition("[")[0].split("::")
    if not file.startswith(_FOLDER) or len(names) != 2 or names[0] not in _GROUPS:
        return "", ""
    group, test = (name.removeprefix(prefix) for name, prefix in zip(names, ("Test", "test_"), strict=True))
    return file.removeprefix(_FOLDER).removesuffix(".py"), f"{group.lower()}: {test.replace('_', ' ')}"


def _told(results: Counter[str]) -> str:
    if results["failed"]:
        return f"{results['failed']} FAILED"
    if results["stood"]:
        return str(results["stood"])
    return "says no" if results["declined"] else "-"
