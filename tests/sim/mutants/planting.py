"""How a bug is planted: the registry of them all, and what puts one in place."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

Patch = tuple[Any, Any, Any]
MUTANTS: dict[str, Callable[[], Sequence[Patch]]] = {}


def mutant(make: Callable[[], Sequence[Patch]]) -> Callable[[], Sequence[Patch]]:
    """A bug by its name, and what to replace for it."""
    MUTANTS[make.__name__.replace("_", " ")] = make
    return make


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The product has this bug."""
    undo = []
    for where, attribute, value in MUTANTS[name]():
        was = where[attribute] if isinstance(where, dict) else getattr(where, attribute)
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
