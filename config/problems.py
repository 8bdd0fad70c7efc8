"""What can be wrong with a configuration, told so that its owner can put it right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake.

    `key` is the path as it is written in TOML (`shops.garden.book`) or the name of an environment variable;
    empty when the file as a whole is meant. `value` is what stands there, and empty when it is, or may hold,
    a secret. `remedy` says in the imperative what to do.
    """

    what: str
    remedy: str
    key: str = ""
    value: str = ""

    def __str__(self) -> str:
        head = f"{self.key} = {self.value}" if self.value else self.key
        body = f"{self.what}\n{self.remedy}".splitlines()
        return "\n".join([f"  {head}"] * bool(head) + [f"      {line}".rstrip() for line in body])


class ConfigError(Exception):
    """The configuration cannot be used. Holds every problem that was found, not only the first.

    `str()` is a text of several lines for a person, free of secrets. Programs end with `exit_code`.
    """

    exit_code = 2

    def __init__(self, problems: Sequence[Problem], *, where: str) -> None:
        super().__init__(where, *problems)
        self.where = where
        """The file's name, or "the environment" where there is no file."""
        self.problems = tuple(problems)

    def __str__(self) -> str:
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        return "\n\n".join([f"{self.where}: {count}", *map(str, self.problems)])


class Wrong(ValueError):
    """Raised by the checks of single values: what is wrong, and the remedy. Becomes a `Problem`."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, or None."""
    found = get_close_matches(word.lower(), list(known), n=1)
    return found[0] if found else None
