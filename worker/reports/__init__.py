"""Reports that people read, print and sign: a reconciliation as a page, as sheets, and as JSON."""
