"""`counterfoil check`: whether everything is there, before and while it runs."""

import sys
from typing import TYPE_CHECKING

from worker.cli import render
from worker.cli.opening import open_wired
from worker.cli.options import Config, Json

if TYPE_CHECKING:
    from worker.checks import Check

_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def check(json: Json = False, config: Config = None) -> int:
    """Try everything out: configuration, ledger, broker, each book's provider and token, clocks, webhook addresses.

    After every change of the configuration, and when something does not work. It only reads: nothing is sent,
    nothing is stored. Exit code 1 when anything fails; a warning does not count.

    Example:

        counterfoil check
    """
    with open_wired(config, migrated=False) as wired:
        from worker.checks import Result, checks

        done: list[Check] = []
        for name, look in checks(wired):
            with render.working(f"checking {name} …"):
                found = look()
            done += found
            if not json:
                for each in found:
                    _write(each)
    if json:
        render.write_json_list(done)
    return 1 if any(each.result is Result.FAIL for each in done) else 0


def _write(check: "Check") -> None:
    render.say(f"{check.result:<5} {check.check:<18} {check.text}", style=_STYLES[check.result])
    if check.remedy:
        render.say(f"{' ' * 25}{check.remedy}")
    sys.stdout.flush()
