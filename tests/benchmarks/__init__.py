"""Counterfoil against what most people would write, in one run: `python -m tests.benchmarks`."""
