"""What can be tried at any account, at any time: nothing has an effect."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import islice
from secrets import token_hex

from providers.domain.card import Finding
from providers.domain.documents import DocumentKind
from providers.domain.errors import CannotExpress, Refused
from providers.operations import Operation, operations
from providers.ports import Probe, Window
from providers.registry import client_of
from worker.conformance.report import Bench, Line, Seen, Verdict, counted, not_tried, told

_SKEW = timedelta(seconds=30)
_NO_ID = "999999999"
_FAR = 1_000_000
"""A page that no account has."""


def reading(bench: Bench) -> Iterator[Line]:
    """Every harmless line, one after the other. An account that does not let us in has only the first one."""
    probes: list[Probe] = []
    probed = bench.line("answers and lets us in", f"within {_span(bench.card.call_timeout)}", _probe(bench, probes))
    yield probed
    if not probes:
        yield not_tried("everything else", "the account does not answer")
        return
    yield _clock(bench, probes[0])
    yield from _lists(bench)
    expected = "nothing" if bench.card.finding is not Finding.NOT_AT_ALL else "nothing, or not available"
    yield bench.line("find a reference that is not there", expected, partial(_find_nothing, bench))
    expected = "missing" if bench.can_look else "not available"
    yield bench.line("read an id that is not there", expected, partial(_read_nothing, bench))


def _probe(bench: Bench, probes: list[Probe]) -> Callable[[], Seen]:
    def look() -> Seen:
        began = bench.elapsed()
        probes.append(bench.provider.probe())
        seconds = bench.elapsed() - began
        account = f", account {probes[0].account}" if probes[0].account else ""
        in_time = seconds <= bench.card.call_timeout.total_seconds()
        return Seen(f"after {seconds:.2f} s{account}", as_told=in_time)

    return look


def _clock(bench: Bench, probe: Probe) -> Line:
    what, expected = "its clock and ours", f"within {_span(_SKEW)}"
    if probe.server_time is None:
        return not_tried(what, "it tells no time")
    skew = bench.now() - probe.server_time
    side = "ahead" if skew > timedelta(0) else "behind"
    observed = f"ours is {abs(skew).total_seconds():.0f} s {side}" if abs(skew) >= timedelta(seconds=1) else "equal"
    verdict = Verdict.OK if abs(skew) <= _SKEW else Verdict.DIFFERS
    return Line(what=what, expected=expected, observed=observed, verdict=verdict)


def _lists(bench: Bench) -> Iterator[Line]:
    if not bench.card.lists:
        yield bench.line("list documents", "not available", partial(_no_list, bench))
        return
    size = bench.card.page_size
    yield bench.line("list documents", f"{size:,} a page, each with its id, once", partial(_first_page, bench))
    far = _far_page(bench)
    what = "list a page far behind the end"
    if far is None:
        yield not_tried(what, "the client has no operation `invoices` with a parameter `page`")
    else:
        yield bench.line(what, "nothing, or the last page again", partial(_far_rows, far))


def _no_list(bench: Bench) -> Seen:
    try:
        next(bench.provider.pages(Window()), None)
    except (Refused, CannotExpress) as error:
        return Seen(told(error))
    return Seen("a list", as_told=False)


def _first_page(bench: Bench) -> Seen:
    ids = [document.remote_id for document in islice(bench.provider.pages(Window()), bench.card.page_size)]
    observed = counted(len(ids), "document")
    if not all(ids) or len(set(ids)) < len(ids):
        return Seen(f"{observed}, some without an id or told twice", as_told=False)
    return Seen(observed)


def _far_page(bench: Bench) -> Callable[[], object] | None:
    """The client's own list, far behind its end: one page, as the provider gives it."""
    listing = next((each for each in operations(client_of(bench.provider)) if each.name == "invoices"), None)
    if listing is None or "page" not in _names(listing):
        return None
    given = {"page": _FAR, "per_page": bench.card.page_size, "max_results": bench.card.page_size, "filters": {}}
    data = {name: value for name, value in given.items() if name in _names(listing)}
    return partial(listing, data)


def _names(operation: Operation) -> set[str]:
    return {parameter.partition(":")[0].partition("=")[0].strip() for parameter in operation.parameters}


def _far_rows(fetch: Callable[[], object]) -> Seen:
    found = fetch()
    rows = getattr(found, "rows", found)
    count = len(rows) if isinstance(rows, list | tuple) else 0
    return Seen(f"{counted(count, 'document')}: the last page again" if count else "nothing")


def _find_nothing(bench: Bench) -> Seen:
    try:
        found = bench.provider.find(f"counterfoil-check/none-{token_hex(4)}", DocumentKind.INVOICE)
    except (Refused, CannotExpress) as error:
        return Seen(told(error), as_told=bench.card.finding is Finding.NOT_AT_ALL)
    return Seen(counted(len(found), "document") if found else "nothing", as_told=not found)


def _read_nothing(bench: Bench) -> Seen:
    try:
        found = bench.provider.read(_NO_ID)
    except Refused as error:
        as_told = error.missing if bench.can_look else not error.missing
        return Seen(("missing: " if error.missing else "") + told(error), as_told=as_told)
    return Seen(f"a document, {found.number or found.remote_id}", as_told=False)


def _span(span: timedelta) -> str:
    return f"{span.total_seconds():g} s"
