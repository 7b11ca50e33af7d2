"""Reads `label=value` arguments."""

from collections.abc import Iterable

from router.cli.failure import Failure


def label_set(arguments: Iterable[str]) -> dict[str, str]:
    """The labels of an alert: at least one.

    Raises:
        Failure: there is none with a value, one is no pair, or there twice.
    """
    found = pairs(arguments)
    if not found:
        raise Failure("an alert needs at least one label with a value, like alertname=DiskFull")
    return found


def pairs(arguments: Iterable[str], what: str = "label") -> dict[str, str]:
    """The names and values; one with an empty value is left out, as it means none.

    Raises:
        Failure: one is no pair, or there twice.
    """
    found: dict[str, str] = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals or not name:
            raise Failure(f"{argument!r} is no {what}; write {what}s like severity=critical")
        if name in found:
            raise Failure(f"the {what} {name!r} is there twice")
        found[name] = value
    return {name: value for name, value in found.items() if value}
