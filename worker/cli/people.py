"""Who types: people's names for the audit trail."""

import getpass
import os


def who() -> str:
    """The account that types; never the name by which Counterfoil itself acts, which an account may have."""
    from tasks.paused import BY_ITSELF

    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # containers run as numbers without a name
        name = f"user {os.getuid()}"
    return f"{name} (by hand)" if name == BY_ITSELF else name
