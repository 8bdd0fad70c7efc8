"""Files of orders, and the shop that they are meant for."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from worker.cli.errors import Complaint

if TYPE_CHECKING:
    from tasks.ports import ShopFront, ShopFronts


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """The file, or standard input for "-". Raises `Complaint`."""
    if str(file) == "-":
        yield sys.stdin.buffer
        return
    try:
        handle = file.open("rb")
    except OSError as error:
        raise Complaint(
            f"FILE {file} cannot be read: {(error.strerror or str(error)).lower()}.",
            remedy="Check the path and who may read it; - stands for standard input.",
        ) from None
    with handle:
        yield handle


def only(fronts: "ShopFronts", name: str | None) -> "ShopFront":
    """The shop of that name; without a name the only one that there is. Raises `Complaint`."""
    names = ", ".join(sorted(fronts))
    if not fronts:
        raise Complaint("No shop is set up.", remedy="Add a table [shops.NAME] to the configuration.")
    if name is None and len(fronts) > 1:
        raise Complaint("There are several shops.", remedy=f"Say which one: --shop, one of {names}.")
    if name is not None and name not in fronts:
        raise Complaint(f"--shop {name}: there is no such shop.", remedy=f"Shops: {names}.")
    return fronts[name] if name is not None else next(iter(fronts.values()))
