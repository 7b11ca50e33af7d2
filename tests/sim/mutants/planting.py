"""How a bug is planted: the registry of them all, and what puts one in place."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from inspect import Parameter, iscoroutinefunction, signature
from types import FunctionType
from typing import Any

Patch = tuple[Any, Any, Any]
MUTANTS: dict[str, Callable[[], Sequence[Patch]]] = {}


def mutant(make: Callable[[], Sequence[Patch]]) -> Callable[[], Sequence[Patch]]:
    """A bug by its name, and what to replace for it."""
    MUTANTS[make.__name__.replace("_", " ")] = make
    return make


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The product has this bug.

    Raises:
        TypeError: what is planted cannot be called as what it replaces, which anybody would find.
    """
    undo = []
    for where, attribute, value in MUTANTS[name]():
        was = where[attribute] if isinstance(where, dict) else getattr(where, attribute)
        _require_same_call(was, value)
        undo.append((where, attribute, was))
        _put(where, attribute, value)
    try:
        yield
    finally:
        for where, attribute, value in reversed(undo):
            _put(where, attribute, value)


def _put(where: Any, attribute: Any, value: Any) -> None:
    if isinstance(where, dict):
        where[attribute] = value
    else:
        setattr(where, attribute, value)


def _require_same_call(was: Any, value: Any) -> None:
    if not (isinstance(was, FunctionType) and isinstance(value, FunctionType)):
        return
    if iscoroutinefunction(was) and not iscoroutinefunction(value):
        raise TypeError(f"{value.__qualname__} is to be awaited, as {was.__qualname__} is")
    takes = signature(was).parameters.values()
    named = [one.name for one in takes if one.kind is Parameter.KEYWORD_ONLY]
    placed = [one.name for one in takes if one.kind is Parameter.POSITIONAL_OR_KEYWORD]
    signature(value).bind(*placed, **dict.fromkeys(named))
