"""Follows by hand which groups there are and when they are flushed, to know what is exempt."""

from collections.abc import Callable
from dataclasses import dataclass, field

from differential.conditions import Labels
from differential.configurations import Node, Setup

Name = tuple[tuple[str, str], ...]


@dataclass
class Life:
    """One group: when it is flushed next, who is in it, who was told of, when it was empty.

    `hidden` are those told of who were muted at a flush since.
    """

    node: Node
    next_flush: float
    members: set[Name] = field(default_factory=set)
    told: set[Name] = field(default_factory=set)
    hidden: set[Name] = field(default_factory=set)
    emptied_at: float | None = None


class Groups:
    """Every group there has been, moved on by `advance`. Times are seconds of the sequence.

    `ends` holds when each alert ends that has ever fired. `exempt` says from when on a group is
    no longer compared, and by which named deviation.
    """

    def __init__(self, setup: Setup, muted: Callable[[Name, float], bool]) -> None:
        self._setup = setup
        self._muted = muted
        self.lives: dict[str, Life] = {}
        self.ends: dict[Name, float] = {}
        self.exempt: dict[str, tuple[float, str]] = {}
        self.flushes: dict[str, list[float]] = {}

    def firing(self, at: float) -> list[Name]:
        """Those that fire then."""
        return [name for name, end in self.ends.items() if end > at]

    def would_revive(self, name: Name) -> bool:
        """Whether its firing again would bring an alert into a group that had been emptied."""
        lives = (self.lives.get(key) for key, _ in self._setup.places(dict(name)))
        return any(life is not None and life.emptied_at is not None for life in lives)

    def fire(self, name: Name, at: float, end: float, *, old: bool = False) -> None:
        """It fires until `end`. An `old` one began so long ago that its group cannot wait."""
        self.ends[name] = end
        for key, node in self._setup.places(dict(name)):
            life = self.lives.get(key)
            if life is None:
                wait = 0 if old else node.options.wait / 1000
                life = self.lives[key] = Life(node, at + wait)
            elif life.emptied_at is not None:
                self._exempt(key, at, "an alert fires in a group that was empty")
                life.emptied_at = None
            life.members.add(name)

    def end(self, name: Name, at: float) -> None:
        """It is resolved, perhaps once more."""
        if self.ends[name] <= at:
            for key, _ in self._setup.places(dict(name)):
                self._exempt(key, at, "an alert is reported resolved again")
        self.ends[name] = min(at, self.ends[name])

    def advance(self, to: float) -> None:
        """Flush whatever is flushed until then."""
        for key, life in self.lives.items():
            while life.next_flush <= to:
                self._flush(key, life, life.next_flush)
                life.next_flush += life.node.options.interval / 1000

    def _flush(self, key: str, life: Life, at: float) -> None:
        self.flushes.setdefault(key, []).append(at)
        ended = {name for name in life.members if self.ends[name] <= at}
        closed = life.node.muted(at, self._setup.turn)
        muted = {name for name in life.members if closed or self._muted(name, at)}
        if ended & life.told & (muted | life.hidden):
            self._exempt(key, at, "an alert is found resolved that is or was muted")
        life.told = (life.told | (life.members - muted)) - ended
        life.hidden = ((life.hidden | muted) & life.told) - (life.members - muted)
        life.members -= ended
        if not life.members and life.emptied_at is None:
            life.emptied_at = at

    def _exempt(self, key: str, at: float, why: str) -> None:
        self.exempt.setdefault(key, (at, why))


def named(labels: Labels) -> Name:
    """A label set as something to look it up by."""
    return tuple(sorted(labels.items()))
