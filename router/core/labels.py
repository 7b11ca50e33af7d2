"""Label sets: their identity, their names for people, and their order."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

import msgspec

T = TypeVar("T")

_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(dict[str, str]).decode

_FNV_OFFSET = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3
_FNV_MASK = 0xFFFFFFFFFFFFFFFF

_GO_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
}
_place = itemgetter(0)
_PLAIN = re.compile(r"[ !#-\[\]-~]*").fullmatch


def canonical(labels: Mapping[str, str]) -> bytes:
    """The identity of a label set: its JSON with sorted names. Equal sets give equal bytes.

    An empty value counts as written; whoever takes labels in has dropped those already.
    """
    return _encode(labels if type(labels) is dict else dict(labels))


def decode(canonical: bytes) -> dict[str, str]:
    """The label set of its canonical bytes."""
    return _decode(canonical)


def pair(name: str, value: str) -> bytes:
    """What the canonical bytes of every label set with this pair contain, and of no other."""
    return canonical({name: value})[1:-1]


@lru_cache(16_384)  # A flush asks for those of its group, and so does the delivery that follows.
def identity(canonical: bytes) -> int:
    """A signed 64-bit number for a label set's canonical bytes, for logs and SQLite's integers."""
    return int.from_bytes(blake2b(canonical, digest_size=8).digest(), "big", signed=True)


def fingerprint(labels: Mapping[str, str]) -> str:
    """Alertmanager's fingerprint: 64-bit FNV-1a over names and values in order, 16 hex digits."""
    pairs = ((name.encode(), labels[name].encode()) for name in sorted(labels))
    return _hashed(b"".join([b"%b\xff%b\xff" % pair for pair in pairs]))


@lru_cache(32_768)  # An alert is shown again with every repeat of its group, and hashing is slow.
def _hashed(text: bytes) -> str:
    hashed = _FNV_OFFSET
    for byte in text:
        hashed = ((hashed ^ byte) * _FNV_PRIME) & _FNV_MASK
    return f"{hashed:016x}"


def quote(value: str) -> str:
    """A value in double quotes, escaped as Go's `%q` does: what Alertmanager prints."""
    if _PLAIN(value):
        return f'"{value}"'
    return f'"{"".join(map(_go_escape, value))}"'


def _go_escape(char: str) -> str:
    if char in _GO_ESCAPES:
        return _GO_ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def text(labels: Mapping[str, str]) -> str:
    """The label set as Alertmanager's group keys spell it: `{a="b", c="d"}`, names sorted."""
    return f"{{{', '.join(f'{name}={quote(labels[name])}' for name in sorted(labels))}}}"


def pick(labels: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """The labels among `names` that are present."""
    return {name: labels[name] for name in names if name in labels}


def common(label_sets: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The pairs that all of the label sets have; none when there are no label sets."""
    if not label_sets:
        return {}
    first, *others = label_sets
    return {
        name: value
        for name, value in first.items()
        if all(other.get(name) == value for other in others)
    }


def valid_name(name: str) -> bool:
    """Whether a label may have this name: not empty, and encodable as UTF-8."""
    return bool(name) and valid_text(name)


def valid_text(value: str) -> bool:
    """Whether the text can be written as UTF-8: it holds no lone surrogate."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


_Absent = tuple[bool, str]
SortKey = tuple[_Absent, _Absent, int, tuple[tuple[tuple[int, ...], str], ...]]


def sort_key(labels: Mapping[str, str]) -> SortKey:
    """What `sorted` needs to put alerts in the order Alertmanager's notifications have.

    By `job`, then `instance` (who has the label comes before who lacks it), then fewer labels
    first, then the first pair that differs: who lacks the smaller name comes first, and with
    equal names the smaller value does.
    """
    return (*_first_by(labels), tuple((_descending(name), labels[name]) for name in sorted(labels)))


def _first_by(labels: Mapping[str, str]) -> tuple[_Absent, _Absent, int]:
    return (
        ("job" not in labels, labels.get("job", "")),
        ("instance" not in labels, labels.get("instance", "")),
        len(labels),
    )


def in_order(things: Iterable[T], labels_of: Callable[[T], Mapping[str, str]]) -> list[T]:
    """The things by the `sort_key` of their labels, most of which need not be looked at whole."""
    ordered: list[T] = []
    first_by = [(_first_by(labels_of(thing)), thing) for thing in things]
    for _, alike in groupby(sorted(first_by, key=_place), key=_place):
        found = [thing for _, thing in alike]
        if len(found) > 1:
            found.sort(key=lambda thing: sort_key(labels_of(thing)))
        ordered += found
    return ordered


@lru_cache(4096)  # Label names are few, their values many.
def _descending(name: str) -> tuple[int, ...]:
    """A key under which larger names sort first; the last 1 puts `a1` before its prefix `a`."""
    return (*(-ord(char) for char in name), 1)
