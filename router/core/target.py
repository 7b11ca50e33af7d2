"""What people mean by a name when they page, reassign, or ask for somebody."""

from collections.abc import Iterable
from difflib import get_close_matches

from router.core.configuration import Configuration

LONGEST = 200
KINDS = ("user", "policy", "team", "schedule")


class TargetError(ValueError):
    """A name means nobody, or several things; the sentence says what to write instead."""


def find(configuration: Configuration, named: str) -> str:
    """The reference (`user:ana`) that a name means, which may be one already.

    Raises:
        TargetError: it means nothing here, or more than one thing.
    """
    if len(named) > LONGEST:
        raise TargetError(f"no name is longer than {LONGEST} characters")
    kind, colon, name = named.strip().partition(":")
    if colon and kind in KINDS:
        if name in _known(configuration, kind):
            return f"{kind}:{name}"
        raise TargetError(f"there is no {kind} {name!r}{_hint(name, _known(configuration, kind))}")
    name = named.strip()
    found = [kind for kind in KINDS if name in _known(configuration, kind)]
    if len(found) > 1:
        raise TargetError(
            f"{name!r} is {' and '.join(f'{kind}:{name}' for kind in found)}; say which"
        )
    if not found:
        every = [one for kind in KINDS for one in _known(configuration, kind)]
        words = "no user, policy, team or schedule"
        raise TargetError(f"there is {words} {name!r}{_hint(name, every)}")
    return f"{found[0]}:{name}"


def is_gone(configuration: Configuration, reference: str) -> bool:
    """Whether a step's reference means something that routes.toml does not have any more."""
    kind, _, name = reference.partition(":")
    if kind == "receiver":
        return name not in configuration.receivers
    return name not in _known(configuration, kind)


def _known(configuration: Configuration, kind: str) -> Iterable[str]:
    match kind:
        case "user":
            return configuration.users
        case "team":
            return configuration.teams
        case "schedule":
            return configuration.schedules
    return [name for name, policy in configuration.policies.items() if policy.steps]


def _hint(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
