"""What is left alone for a while because it ended the process, and what is decided on alone."""

from collections.abc import Collection, Iterable, Mapping


class Aside:
    """Names of things (see crashes.suspect), by the service time until which they are left alone.

    `doubtful` ones have been in company when the process ended: each is decided on in a batch of
    its own, so that another end has one name only. So are those whose time alone is over.
    `watches` says whether there is any such thing.
    """

    def __init__(
        self, until: Mapping[str, int] | None = None, doubtful: Collection[str] = ()
    ) -> None:
        self._until = dict(until or {})
        self._doubtful = {*doubtful, *self._until}
        self.watches = bool(self._doubtful)

    def __bool__(self) -> bool:
        """Whether anything is left alone now."""
        return bool(self._until)

    def until(self, name: str, service: int) -> int:
        """Until when a thing is left alone; 0 when it is not, or not any more."""
        until = self._until.get(name, 0)
        if until and until <= service:
            del self._until[name]
            return 0
        return until

    def alone(self, names: Iterable[str]) -> bool:
        """Whether one of these things must be decided on without company."""
        return bool(self._doubtful) and not self._doubtful.isdisjoint(names)

    def names(self) -> list[str]:
        """What is left alone now."""
        return sorted(self._until)
