"""Reads a few labels of a canonical label set, and does not look at the others."""

from collections.abc import Callable, Collection

import msgspec

_MOST = 32  # To read so many one by one is no quicker than to read them all.
_REFUSED = frozenset('"\\')  # What msgspec takes in no field's name, beside control characters.


def reader(names: Collection[str]) -> Callable[[bytes], tuple[str, ...]] | None:
    """What reads the values of these labels, in their order; empty ones for those that are absent.

    None when they are too many, or named in a way that cannot be read.
    """
    if len(names) > _MOST or any(map(_unreadable, names)):
        return None
    fields = [
        (f"label_{place}", str, msgspec.field(default="", name=name))
        for place, name in enumerate(names)
    ]
    wanted = msgspec.defstruct("Wanted", fields, gc=False)
    decode, values = msgspec.json.Decoder(wanted).decode, msgspec.structs.astuple
    return lambda canonical: values(decode(canonical))


def _unreadable(name: str) -> bool:
    return not name or not _REFUSED.isdisjoint(name) or min(name) < " "
