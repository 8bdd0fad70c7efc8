"""`python -m tests.benchmarks`: the marks with their verdicts as a table, as JSON, or as docs/performance.md."""

import argparse
import shlex
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.bench import FULL, TINY, Bench, Figures, Size
from tests.benchmarks.ground import Ground
from tests.benchmarks.guards import Guard, say
from tests.benchmarks.measures import MEASURES, MORE
from tests.benchmarks.report import FIGURES, PAGE, Outcome, as_json, machine, page

INTERRUPTED = "the run was interrupted; what it had measured until then is told"
_FULL_ROUNDS = 5
_ALL = {**MEASURES, **MORE}
_SIZES = {"quick": Size(), "full": FULL, "tiny": TINY}


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 when every mark that was measured is reached, else 1."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    told = _parser().parse_args(given)
    size = "full" if told.full else told.size
    rounds = told.rounds or (_FULL_ROUNDS if size == "full" else 1)
    wanted = told.only.split(",") if told.only else list(MEASURES)
    if unknown := set(wanted) - set(_ALL):
        say(f"no such measure: {', '.join(sorted(unknown))}; there are {', '.join(_ALL)}")
        return 2
    say(f"{machine()}\n{size} run, {rounds} round{'s' * (rounds > 1)} of: {', '.join(wanted)}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: no server is left behind
    began = time.monotonic()
    guard = Guard(repeats=8 * rounds if not told.keep_all else 0, patience=0.0 if told.keep_all else 60.0 * rounds)
    found, broken = _measured(_SIZES[size], rounds, wanted, guard, told)
    outcome = Outcome(
        command=shlex.join(["python", "-m", "tests.benchmarks", *given]),
        rounds=found,
        seconds=time.monotonic() - began,
        thrown_away=guard.thrown_away,
        doubtful=guard.doubtful,
        broken=broken,
    )
    if told.write and INTERRUPTED not in broken:
        PAGE.write_text(page(outcome))
        FIGURES.write_text(as_json(outcome))
    sys.stdout.write(as_json(outcome) if told.json else page(outcome))
    return 0 if outcome.reached else 1


def _measured(
    size: Size, rounds: int, wanted: Sequence[str], guard: Guard, told: argparse.Namespace
) -> tuple[list[Figures], list[str]]:
    """The figures of each round, and what broke. Contestants take turns in each round, so that what else the machine
    does hits all alike."""
    found: list[Figures] = []
    broken: list[str] = []
    with Ground() as ground:
        for number in range(rounds):
            bench = Bench(ground=ground, guard=guard, size=size, rabbitmq=told.rabbitmq, profiles=told.profile)
            found.append(bench.figures)
            for name in wanted:
                say(f"round {number + 1} of {rounds}: {name}")
                try:
                    bench.figures.update(_ALL[name](bench))
                except KeyboardInterrupt:
                    return found, [*broken, INTERRUPTED]
                except Exception as error:  # noqa: BLE001  (an hour of other measurements is not lost with it)
                    traceback.print_exc()
                    broken.append(f"{name}, round {number + 1}: {type(error).__name__}: {error}")
    return found, broken


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="more of everything, in five rounds: an hour or more")
    parser.add_argument("--size", choices=tuple(_SIZES), default="quick", help="how much of everything")
    parser.add_argument("--rounds", type=int, default=0, help="how often; medians are shown")
    parser.add_argument("--only", default="", help=f"some measures, by comma: {', '.join(_ALL)}")
    parser.add_argument("--rabbitmq", action="store_true", help="PostgreSQL + RabbitMQ as well")
    parser.add_argument("--keep-all", action="store_true", help="repeat nothing, wait for nothing")
    parser.add_argument("--profile", type=Path, metavar="FOLDER", help="where py-spy writes what it sees, if installed")
    parser.add_argument("--json", action="store_true", help="print JSON, and nothing else, on standard output")
    parser.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name} and {FIGURES.name}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
