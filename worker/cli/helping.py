"""Help that reads well at any width: docstrings are wrapped for the source, paragraphs flow for the reader."""

import inspect

import typer


def teach(app: typer.Typer) -> None:
    """Give every command of the app its docstring as help; examples stay as they are written."""
    for command in app.registered_commands:
        command.help = flowing(inspect.getdoc(command.callback) or "")


def flowing(text: str) -> str:
    """Each paragraph on one line; lines that are indented are kept."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(part if part.startswith(" ") else " ".join(part.split("\n")) for part in paragraphs)
