"""`python -m worker.cli` is `counterfoil`."""

from worker.cli import main

main()
