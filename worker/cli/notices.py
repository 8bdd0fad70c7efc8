"""`counterfoil notices`: what shops are told of what a provider knew first, and what became of each notice."""

import inspect
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from worker.cli import render
from worker.cli.errors import Complaint
from worker.cli.helping import flowing
from worker.cli.opening import open_ledger
from worker.cli.options import Config, Json
from worker.cli.orders import require_shop
from worker.cli.people import who
from worker.cli.render import Column

if TYPE_CHECKING:
    from tasks.ledger.notices import Notice

_TABLE_ROWS = 500
State = Literal["due", "delivered", "given-up"]


def notices(
    ctx: typer.Context,
    shop: Annotated[
        str | None, typer.Option("--shop", metavar="NAME", show_default=False, help="Only notices to this shop.")
    ] = None,
    state: Annotated[
        State | None,
        typer.Option(
            "--state",
            metavar="STATE",
            show_default=False,
            help="Only notices in this state: due, delivered or given-up.",
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, metavar="N", show_default=False, help="At most so many. Tables default to 500."),
    ] = None,
    json: Json = False,
    config: Config = None,
) -> int:
    """List the notices to shops: paid, e-mailed, overdue, seen by the tax office, and what became of each.

    To see what a shop was told, and above all what it never took: then mend its end, and let it be told again with
    `counterfoil notices retry`. Exit code 1 when anything listed was given up.

    Examples:

        counterfoil notices --state given-up
        counterfoil notices --shop garden --json
    """
    if ctx.invoked_subcommand is not None:
        return 0

    from tasks.ledger.notices import NoticeState

    with open_ledger(config) as opened:
        if shop is not None:
            require_shop(opened.settings, shop)
        found = opened.ledger.notices.listed(shop=shop, state=NoticeState(state) if state else None)
        listed = _Listed(found)
        if json:
            render.write_json_list(_json(notice) for notice in islice(listed, limit))
        else:
            _table(listed, limit or _TABLE_ROWS)
    return 1 if listed.given_up else 0


app = typer.Typer(callback=notices, invoke_without_command=True, help=flowing(inspect.getdoc(notices) or ""))


@app.command("retry")
def retry(
    key: Annotated[
        str, typer.Argument(metavar="KEY", show_default=False, help="The notice's key, as `counterfoil notices` lists.")
    ],
    config: Config = None,
) -> int:
    """Deliver one notice once more now, whatever became of it.

    After you mended what listens there. The running worker takes it up; the receiver sees the same webhook-id as
    before. A notice that is older than three days is given up again when this try fails.

    Example:

        counterfoil notices retry notice_5f2c…
    """
    from tasks.ledger.decisions import Decision

    with open_ledger(config) as opened:
        if not opened.ledger.notices.retry(key, now=opened.now()):
            raise Complaint(
                f"There is no notice {key!r}.", remedy="See the keys: counterfoil notices --state given-up", exit_code=1
            )
        decision = Decision(at=opened.now(), by=who(), what="retry notice", detail={"notice": key})
        opened.ledger.decisions.note(decision)
    render.say(f"Notice {key} is due now. The running worker delivers it.")
    return 0


class _Listed(Iterator["Notice"]):
    """Passes notices through, and remembers whether one of them was given up."""

    def __init__(self, found: "Iterator[Notice]") -> None:
        self._found = found
        self.given_up = False

    def __next__(self) -> "Notice":
        notice = next(self._found)
        self.given_up = self.given_up or notice.state == "given-up"
        return notice


def _json(notice: "Notice") -> dict[str, object]:
    return {
        "key": notice.key,
        "shop": notice.shop,
        "order": notice.order,
        "kind": notice.kind,
        "state": notice.state,
        "created_at": notice.created_at,
        "due_at": notice.due_at,
        "attempts": notice.attempts,
        "delivered_at": notice.delivered_at,
        "error": notice.error,
        "body": notice.data,
    }


def _table(listed: _Listed, limit: int) -> None:
    columns = [Column(title) for title in ("created", "shop", "order", "kind", "state", "tries", "next", "key")]
    shown = list(islice(listed, limit))
    render.table([*columns, Column("error", wraps=True)], map(_row, shown))
    if next(listed, None) is not None:
        render.note(f"Only the first {limit} are shown: --limit shows more, --json all.")
    elif not shown:
        render.note("No notices.")


def _row(notice: "Notice") -> tuple[object, ...]:
    return (
        notice.created_at,
        notice.shop,
        notice.order,
        notice.kind,
        notice.state.value,
        notice.attempts,
        notice.due_at,
        notice.key,
        notice.error,
    )
