"""The HTTP surface, over real HTTP."""
