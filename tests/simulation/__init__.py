"""The whole engine on a virtual clock against a sandbox in the same process: crashes, faults, stalls, chance.

::

    clock.py        true time, and the wall clock that may be wrong
    points.py       where a process may die or stand still
    wire.py         the way to the sandbox: every exchange is a point, and is kept
    sales.py        what shops tell
    setups.py       how one world differs from another
    world.py        everything that lives and dies together, and how it comes to rest
    invariants.py   what must hold at rest
    scenarios.py    stories, and faults by name
    explore.py      one story told with every crash and every fault
    mutations.py    planted bugs that the simulation must find
    machine.py      stories by chance
"""
