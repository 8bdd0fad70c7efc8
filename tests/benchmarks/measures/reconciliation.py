"""What a reconciliation costs per document: `tests.benchmarks.listing`, as a part of the whole run."""

from tests.benchmarks import listing
from tests.benchmarks.bench import Bench, Figures
from tests.benchmarks.listed import LISTS

LISTING = "reconciliation"


def reconciliation(bench: Bench) -> Figures:
    """Nothing guards it: its seconds are processor time of its own."""
    found = listing.measured(bench.size.listed, at_the_sandbox=bench.size.listed // 5)
    return {
        f"{LISTING}/list {LISTS[each.listed_by]}, {each.ledger}": {
            "documents": each.documents,
            "per_second": each.per_second,
            "statements_a_page": each.statements[1],
            "memory_growth_mb": each.memory_peak - each.memory_before,
        }
        for each in found
    }
