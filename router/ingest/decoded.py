"""What a payload came to, and how JSON written by strangers is read."""

import re
from typing import Any, TypeVar

import msgspec

from router.core.alert import Report
from router.core.moment import DAY
from router.errors import DecodeError

T = TypeVar("T")

_ANY: "msgspec.json.Decoder[Any]" = msgspec.json.Decoder()
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})"
    rb"|.)",
    re.DOTALL,
)


class Decoded(msgspec.Struct, frozen=True):
    """The alerts of one payload that can be taken, and one sentence for each that cannot."""

    reports: tuple[Report, ...] = ()
    problems: tuple[str, ...] = ()


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when a payload came from; its reports carry it on.

    `now` is wall time. `as_of` is when a queue took the payload, None when it came straight from
    its sender. `expire` is how long an alert fires that was sent without an end: such senders
    tell of the end, or else never.
    """

    now: int
    source: str
    cid: str
    as_of: int | None = None
    expire: int = DAY

    @property
    def at(self) -> int:
        """The wall time for whatever the payload gives no time for."""
        return self.now if self.as_of is None else min(self.as_of, self.now)


class Invalid(Exception):
    """One alert cannot be taken, for the reason given; its neighbours can."""


def valid_utf8(body: bytes) -> bytes:
    """The body with every byte that is not UTF-8 replaced by U+FFFD, as Go's decoder does.

    An alert is not refused because a log line in it was cut in the middle of a letter.
    """
    if body.isascii():
        return body
    try:
        body.decode()
    except UnicodeDecodeError:
        return body.decode(errors="replace").encode()
    return body


def read_json(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    """What the decoder makes of a body that is valid UTF-8. Half surrogate pairs become U+FFFD.

    Raises:
        DecodeError: not JSON, of another shape, with a number out of range, or nested too deep.
    """
    try:
        return _decode(decoder, body)
    except DecodeError:
        mended = _ESCAPE.sub(_mend, body) if b"\\u" in body else body
        if mended == body:
            raise
    return _decode(decoder, mended)


def read_any(body: bytes) -> Any:
    """The value of a JSON text; a byte order mark before it does not count.

    Raises:
        DecodeError: it is empty, or no JSON that can be read.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    if not body.strip():
        raise DecodeError("the body is empty")
    return read_json(_ANY, valid_utf8(body))


def _decode(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    try:
        return decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise DecodeError(str(error)) from None
    except RecursionError:
        raise DecodeError("it is nested too deeply") from None


def _mend(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape[1] else escape[0]
