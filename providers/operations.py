"""The calls of a provider's client as people reach them: `counterfoil provider call BOOK OPERATION`.

A client marks its public methods with `reads` or `writes`; name, parameters and explanation of the operation are
those of the method, so that there is one place where a call is described.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar, cast

from pydantic import ConfigDict, ValidationError, validate_call

P = ParamSpec("P")
T = TypeVar("T")

_MARK = "__operation_writes__"


class WrongData(ValueError):
    """What was given does not fit the operation. `field` names the parameter."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}" if field else text)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call of a client. `parameters` tells each one as it is written in the method: `page: int = 1`."""

    name: str
    writes: bool
    summary: str
    parameters: tuple[str, ...]
    method: Callable[..., object]

    def __call__(self, data: Mapping[str, object]) -> object:
        """Call it with `data`, a JSON object of its parameters. Gives what the method gives.

        Raises `WrongData` before anything is sent, else what the method raises.
        """
        try:
            inspect.signature(self.method).bind(**data)
        except TypeError as error:
            raise WrongData("", f"{error}; {self.name} takes: {', '.join(self.parameters) or 'nothing'}") from None
        checked = validate_call(config=ConfigDict(arbitrary_types_allowed=True))(self.method)
        try:
            return checked(**data)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            raise WrongData(".".join(str(part) for part in first["loc"]), first["msg"]) from None


def reads(method: Callable[P, T]) -> Callable[P, T]:
    """Marks a method of a client that changes nothing at the provider."""
    setattr(method, _MARK, False)
    return method


def writes(method: Callable[P, T]) -> Callable[P, T]:
    """Marks a method of a client that changes something at the provider, or sends something to somebody."""
    setattr(method, _MARK, True)
    return method


def operations(client: object) -> tuple[Operation, ...]:
    """The marked methods of a client, by name."""
    found = []
    for name, member in inspect.getmembers(client, inspect.ismethod):
        mark = getattr(member, _MARK, None)
        if mark is not None and not name.startswith("_"):
            found.append(_operation(name, cast("Callable[..., object]", member), writes=mark))
    return tuple(found)


def _operation(name: str, method: Callable[..., Any], *, writes: bool) -> Operation:
    parameters = inspect.signature(method).parameters.values()
    summary = (inspect.getdoc(method) or "").partition("\n\n")[0].replace("\n", " ")
    return Operation(
        name=name,
        writes=writes,
        summary=summary,
        parameters=tuple(str(each) for each in parameters),
        method=method,
    )
