"""Counterfoil measured, in one run with what it is held against: `python -m tests.benchmarks`, or `make bench`.

::

    provider.py, account.py   a fast fake provider           fake.py    ... as the harness holds it
    load.py                   the webhook load generator     orders.py  what it sends
    contestant.py             what is measured: shapes.py (ours), baselines/ (what it is held against)
    ground.py, processes.py   servers, processor time and memory
    playing.py, guards.py     one run; when a run is invalid
    measures/                 the measurements               marks.py   target and verdict of each
    bench.py, report.py       how much of everything; the table, JSON, docs/performance.md
"""
