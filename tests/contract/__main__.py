"""`python -m tests.contract`: the contract suite over every provider, and its table. Arguments go to pytest."""

import sys

import pytest

from tests.contract.table import LEGEND, Table


def main() -> int:
    table = Table()
    code = pytest.main(["-q", "--no-header", "tests/contract/invoicing", *sys.argv[1:]], plugins=[table])
    sys.stdout.write("\n".join(["", *table.lines(), "", LEGEND]))
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
