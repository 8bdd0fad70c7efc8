"""The demo: two invented shops, a sandbox, and a check that everything came out right."""
