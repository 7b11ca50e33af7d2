"""An alert: one label set's condition, firing or resolved, and how a newer report changes it."""

import msgspec


class Alert(msgspec.Struct, gc=False, kw_only=True):
    """A condition reported by a source. Its label set, and nothing else, is its identity.

    `labels` is the canonical label set (sorted JSON), `annotations` a JSON object as sent. Only
    `State.apply` changes an alert; rules see it as read-only and replace it.

    `ends_at` is when a firing alert ends unless it is repeated, or when a resolved one ended.
    `expires_due` is the same end on the service clock, so that no clock jump resolves anything.
    `timeout` says that the end was not sent but follows from resolve_timeout.
    `stored_ends_at` is the end the store knows; refreshes move only the one in memory.
    """

    id: int
    labels: bytes
    annotations: bytes = b"{}"
    starts_at: int
    ends_at: int
    expires_due: int
    updated_at: int
    changed_at: int = 0  # When it last began or ceased to fire, by the clock of its report.
    firing: bool = True
    timeout: bool = False
    url: str = ""
    source: str = ""
    cid: str = ""
    stored_ends_at: int = 0
    groups: tuple[int, ...] = ()
    repeats: int = 0  # Reports since then that changed nothing; counted in memory only.


class Report(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One alert as a source reports it, decoded and checked.

    `starts_at` and `ends_at` are wall microseconds, None when unset. `as_of` is when a queue took
    the report (a stream entry's time); None when it comes straight from the sender.
    `cid` follows the report into logs and deliveries.
    """

    labels: bytes
    annotations: bytes = b"{}"
    starts_at: int | None = None
    ends_at: int | None = None
    url: str = ""
    source: str = ""
    cid: str = ""
    as_of: int | None = None
