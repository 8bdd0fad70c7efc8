"""Conformance: a real account held against its provider's card.

::

    report.py    one line of the report, and the bench that takes the time
    reading.py   what can be tried without any effect
    writing.py   what leaves documents behind: for test accounts
    sample.py    the document that is made

The contract suites do the same to sandboxes, and more; only a real account can say whether the card is right.
"""

from worker.conformance.reading import reading
from worker.conformance.report import Bench, Line, Verdict
from worker.conformance.sample import drafted, sample
from worker.conformance.writing import Left, Writing

__all__ = ["Bench", "Left", "Line", "Verdict", "Writing", "drafted", "reading", "sample"]
