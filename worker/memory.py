"""What a process makes when it starts stays until its end, and is not looked through for garbage again and again."""

import gc

_YOUNG = 10_000
"""Objects that are made before the youngest are looked through: an order makes about a thousand, and all of them go by
themselves."""


def keep_what_is_made() -> None:
    """Called once a process is ready to work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
