"""The command line. Commands are thin doors: what they do stands elsewhere, and is imported when it is needed."""

from worker.cli.app import main

__all__ = ["main"]
