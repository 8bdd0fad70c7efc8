"""The geometry of the page's charts. What is drawn is told in a table, too: a picture only says it faster."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tasks.ledger.run import Run
from tasks.reconcile import FindingClass
from tasks.reconcile.ties import Tie

WIDTH, HEIGHT = 720.0, 180.0
WIDE = 2 * WIDTH
_LEFT, _TOP, _BOTTOM = 8.0, 12.0, 26.0
_FLOOR = HEIGHT - _BOTTOM
_DEPTH = 36.0
_SMALLEST = 3.0
"""However little of a bar differs, it is to be seen."""
_MOST_DAYS = 62


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle. `kind` names its colour, `title` is told when one points at it."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    y: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Chart:
    """Marks and labels within `width` and `height`, and what the colours mean: (kind, meaning)."""

    title: str
    marks: tuple[Mark, ...]
    labels: tuple[Label, ...]
    legend: tuple[tuple[str, str], ...] = ()
    width: float = WIDTH
    height: float = HEIGHT
    floor: float = field(default=_FLOOR)


def trend(runs: Sequence[Run]) -> Chart | None:
    """Past runs from the oldest: how many documents were compared, and below, how many findings there were."""
    if len(runs) < 2:
        return None
    most = max(run.compared for run in runs) or 1
    worst = max(_findings(run) for run in runs)
    floor = _FLOOR - _DEPTH
    step = (WIDE - 2 * _LEFT) / len(runs)
    width = max(min(step * 0.72, 28.0), 1.0)
    marks: list[Mark] = []
    for number, run in enumerate(runs):
        x, found = _LEFT + number * step, _findings(run)
        told = f"{run.started_at:%Y-%m-%d %H:%M} UTC: {run.compared:,} compared, {found:,} findings"
        tall = run.compared / most * (floor - _TOP)
        marks.append(Mark(x, floor - tall, width, tall, "good", told))
        if found:
            marks.append(Mark(x, floor + 1, width, max(found / worst * _DEPTH, _SMALLEST), "bad", told))
    ends = (runs[0], _LEFT, "start"), (runs[-1], WIDE - _LEFT, "end")
    labels = [Label(x, HEIGHT - 8, f"{run.started_at:%Y-%m-%d}", anchor) for run, x, anchor in ends]
    labels.append(Label(_LEFT, _TOP - 2, f"{most:,} documents", "start"))
    if worst:
        labels.append(Label(WIDE / 2, HEIGHT - 8, f"at most {worst:,} findings"))
    legend = (("good", "documents compared"), ("bad", "findings"))
    return Chart("Runs", tuple(marks), tuple(labels), legend, width=WIDE, floor=floor)


def _findings(run: Run) -> int:
    return sum(run.counts.values())


def stakes(classes: Iterable[tuple[FindingClass, int, dict[str, Decimal]]], currency: str) -> Chart | None:
    """The money at stake by class, in one currency, the largest first."""
    told = [(kind, money[currency]) for kind, _, money in classes if money.get(currency)]
    if not told:
        return None
    told.sort(key=lambda each: -each[1])
    most, row, left = told[0][1], 26.0, 190.0
    marks, labels = [], []
    for number, (kind, money) in enumerate(told):
        y = 6 + number * row
        width = max(float(money / most) * (WIDTH - left - 120), 2.0)
        marks.append(Mark(left, y, width, row * 0.62, "bad", f"{name_of(kind)}: {money:,f} {currency}"))
        labels.append(Label(left - 10, y + row * 0.46, name_of(kind), "end"))
        labels.append(Label(left + width + 8, y + row * 0.46, f"{money:,f}", "start"))
    height = 8 + len(told) * row
    return Chart(f"Money at stake, {currency}", tuple(marks), tuple(labels), height=height, floor=0)


def days(daily: Sequence[Tie], currency: str) -> Chart | None:
    """The gross totals of shop, ledger and provider by day, or by month where there are many days."""
    buckets = _buckets(daily)
    if len(buckets) < 2:
        return None
    most = max((float(gross) for sides in buckets.values() for gross in sides), default=0.0) or 1.0
    step = (WIDTH - 2 * _LEFT) / len(buckets)
    width = max(min(step * 0.26, 14.0), 1.0)
    marks: list[Mark] = []
    for number, (when, sides) in enumerate(buckets.items()):
        apart = len(set(sides)) > 1
        for place, (kind, gross) in enumerate(zip(("shop", "ledger", "provider"), sides, strict=True)):
            tall = max(float(gross), 0.0) / most * (_FLOOR - _TOP)
            x = _LEFT + number * step + place * (width + 1)
            marks.append(Mark(x, _FLOOR - tall, width, tall, kind, f"{when}, {kind}: {gross:,f} {currency}"))
        if apart:
            x = _LEFT + number * step
            marks.append(Mark(x, _FLOOR + 2, 3 * width + 2, 3, "bad", f"{when}: the sides differ"))
    names = list(buckets)
    labels = [Label(_LEFT, HEIGHT - 8, names[0], "start"), Label(WIDTH - _LEFT, HEIGHT - 8, names[-1], "end")]
    labels.append(Label(_LEFT, _TOP - 2, f"{most:,.2f} {currency}", "start"))
    legend = (("shop", "shop"), ("ledger", "ledger"), ("provider", "provider"), ("bad", "the sides differ"))
    return Chart(f"Totals, {currency}", tuple(marks), tuple(labels), legend)


def _buckets(daily: Sequence[Tie]) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    told = [(each.day, each) for each in daily if each.day is not None]
    by_month = len({day for day, _ in told}) > _MOST_DAYS
    found: dict[str, tuple[Decimal, Decimal, Decimal]] = {}
    for day, each in told:
        name = _named(day, by_month=by_month)
        shop, ledger, provider = found.get(name, (Decimal(0), Decimal(0), Decimal(0)))
        there = each.provider.gross if each.provider else Decimal(0)
        found[name] = (shop + each.shop.gross, ledger + each.ledger.gross, provider + there)
    return found


def _named(day: date, *, by_month: bool) -> str:
    return f"{day:%Y-%m}" if by_month else day.isoformat()


def name_of(kind: FindingClass) -> str:
    """The class as people read it."""
    return kind.value.replace("_", " ")
