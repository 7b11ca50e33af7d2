"""What can go wrong, named by whose fault it is and what to do about it."""


class RouterError(Exception):
    """Anything this program raises on purpose. The message is written for the person reading it."""


class ConfigError(RouterError):
    """routes.toml cannot be used. Yours to mend; `problems` names every one of them."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class RenderError(RouterError):
    """A template cannot be rendered. Its author's to mend; the message says what and where."""


class DecodeError(RouterError):
    """A source sent what cannot be read. Theirs to mend; nothing of it was taken."""


class DeliveryError(RouterError):
    """Not delivered, but another attempt may work.

    `retry_after` is the seconds the far side asked us to wait, when it did. `ambiguous` says that
    it may have been delivered after all: the reply was lost, not refused.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, ambiguous: bool = False
    ) -> None:
        self.retry_after = retry_after
        self.ambiguous = ambiguous
        super().__init__(message)


class PermanentDeliveryError(DeliveryError):
    """Not delivered, and no repeat of the same attempt ever will be."""


class Withdrawn(RouterError):
    """The page is no longer wanted: it was answered before its first byte left."""


class StoreError(RouterError):
    """Our disk failed us. Nothing was promised; the sender must keep what it has."""


class DiskFull(StoreError):
    """There is no room to write. Free some: the service recovers by itself."""


class DiskFailed(StoreError):
    """The disk, or the file on it, is broken: whatever was to be written is not to blame."""


class Overloaded(RouterError):
    """More is waiting than can be promised in time. Ask again in `retry_after` seconds."""

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        self.retry_after = retry_after
        super().__init__(message)
