"""How much a person is sent by each method: `limits = ["1 in 1m", "11 in 1h smooth"]`."""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from router.config import duration
from router.config.nearest import hint
from router.config.table import Table
from router.core.limit import DEFAULTS, Limit
from router.core.moment import DAY

COUNT_MAX = 100

_UNLIMITED = frozenset({"webhook"})  # A machine reads those, and wants each of them.
_FORM = re.compile(r"([0-9]{1,6}) +in +(\S+?)( +smooth)?", re.ASCII).fullmatch

Limits = Mapping[str, tuple[Limit, ...]]


def shared(root: Table, channels: Iterable[str]) -> Limits:
    """The limits of each channel that reaches people: what the file says, or else the usual."""
    tables = root.table("channels")
    found: dict[str, tuple[Limit, ...]] = {}
    for via in channels:
        if via not in _UNLIMITED:
            own = _listed(tables.table(via), "limits")
            found[via] = DEFAULTS.get(via, ()) if own is None else own
    return found


def own(contact: Table, shared: Limits, methods: Iterable[str]) -> Limits:
    """A person's limits by method: her own, or else those of the channel."""
    table = contact.table("limits")
    found = {via: shared[via] for via in methods if via in shared}
    for via in table.names():
        limits = _listed(table, via)
        if via not in shared:
            table.problem(f"no channel {via!r} has limits{hint(via, shared)}", via)
        elif limits is not None and via in found:
            found[via] = limits
    return found


def _listed(table: Table, key: str) -> tuple[Limit, ...] | None:
    limits = table.parsed_list(key, _limit, example="1 in 1m")
    for shorter, longer in pairwise(limits):
        if longer.per <= shorter.per or longer.count <= shorter.count:
            what = "each limit must grant more than the one before it, in a longer time"
            table.problem(what, key)
            return None
    return limits if key in table else None


def _limit(text: str) -> Limit:
    found = _FORM(text)
    if found is None:
        raise ValueError(f"{text!r} is no limit; write it like '5 in 15m' or '11 in 1h smooth'")
    count, per = int(found[1]), duration.parse(found[2])
    if not 1 <= count <= COUNT_MAX:
        raise ValueError(f"{text!r}: the number of messages is not between 1 and {COUNT_MAX}")
    if not 0 < per <= DAY:
        raise ValueError(f"{text!r}: the time is not between 1ms and 1d")
    return Limit(count, per, smooth=bool(found[3]))
