"""Signs the secret addresses of calendars, and reads them back when one is asked for."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Literal

import msgspec
from itsdangerous import BadData
from itsdangerous import Signer as _Signer
from itsdangerous.encoding import base64_decode, base64_encode

_LONGEST = 1024
_VERSION = 1
Kind = Literal["user", "schedule"]
_Claims = tuple[int, Kind, str, int]
_decode = msgspec.msgpack.Decoder(_Claims).decode
_encode = msgspec.msgpack.Encoder().encode


class Feed(msgspec.Struct, frozen=True):
    """Whose calendar an address shows; `version` is the one routes.toml named when it was made."""

    kind: Kind
    name: str
    version: int = 0


class FeedSigner:
    """Makes and reads the tokens of calendars. The first key signs; all of them are accepted.

    They do not expire. To take one back, change the `ical_version` of its user or schedule, or the
    key that all of them are signed with.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._signer = _Signer(
            list(reversed(keys)),  # It takes the oldest first and signs with the last.
            salt=b"tocsin calendar",
            key_derivation="hmac",
            digest_method=sha256,
        )

    def token(self, feed: Feed) -> str:
        """What stands in the address: letters, digits, `-`, `_` and one dot; the same each time."""
        claims: _Claims = (_VERSION, feed.kind, feed.name, feed.version)
        return self._signer.sign(base64_encode(_encode(claims))).decode("ascii")

    def read(self, token: str) -> Feed | None:
        """Whose it is, compared in constant time; None when no key of ours signed exactly this."""
        if len(token) > _LONGEST or not token.isascii():
            return None
        try:
            payload = self._signer.unsign(token)
            signature = token.rpartition(".")[2].encode()
            if base64_encode(base64_decode(signature)) != signature:
                return None  # Another spelling, which decoders let pass.
            version, kind, name, counter = _decode(base64_decode(payload))
        except (BadData, msgspec.MsgspecError):
            return None
        return Feed(kind, name, counter) if version == _VERSION else None
