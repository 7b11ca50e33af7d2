"""Signs what an answer link allows, and reads it back when it comes in."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Literal

import msgspec
from itsdangerous import BadData
from itsdangerous import Signer as _Signer
from itsdangerous.encoding import base64_decode, base64_encode

from router.core.link import Link
from router.errors import RouterError
from router.runtime.feeds import FeedSigner

KEY_BYTES = 16  # The least a key may have: 128 bits.
_LONGEST = 1024
_VERSION = 1
_Claims = tuple[int, str, int, str, str, int]
_decode = msgspec.msgpack.Decoder(_Claims).decode
_encode = msgspec.msgpack.Encoder().encode


class LinkError(RouterError):
    """A link allows nothing: it is `expired`, or `forged` (also: cut, or signed by an old key)."""

    def __init__(self, reason: Literal["expired", "forged"]) -> None:
        self.reason = reason
        super().__init__(f"this link is {reason}")


class Signer:
    """Makes and reads link tokens. The first key signs; all of them are accepted.

    `feeds` does the same for the addresses of calendars.

    To rotate, put the new key first and leave the old one until its links have expired.

    Raises:
        ValueError: no key, or one that is too short to keep a secret.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or min(map(len, keys)) < KEY_BYTES:
            raise ValueError(f"links need a key of at least {KEY_BYTES} bytes to be signed with")
        self._signer = _Signer(
            list(reversed(keys)),  # It takes the oldest first and signs with the last.
            salt=b"tocsin answer link",
            key_derivation="hmac",
            digest_method=sha256,
        )
        self.feeds = FeedSigner(keys)

    def token(self, link: Link) -> str:
        """What stands in the address: letters, digits, `-`, `_` and one dot; the same each time."""
        claims: _Claims = (
            _VERSION,
            link.instance,
            link.incident,
            link.target,
            link.action,
            link.expires_at,
        )
        return self._signer.sign(base64_encode(_encode(claims))).decode("ascii")

    def read(self, token: str, now_wall: int) -> Link:
        """What the token allows. Signatures are compared in constant time.

        Raises:
            LinkError: it is over, or no key of ours signed exactly these characters.
        """
        version, instance, incident, target, action, expires_at = self._claims(token)
        if version != _VERSION:
            raise LinkError("forged")
        if expires_at <= now_wall:
            raise LinkError("expired")
        return Link(
            instance=instance,
            incident=incident,
            target=target,
            action=action,
            expires_at=expires_at,
        )

    def _claims(self, token: str) -> _Claims:
        if len(token) > _LONGEST or not token.isascii():
            raise LinkError("forged")
        try:
            signed = self._signer.unsign(token)
            _exactly(token.rpartition(".")[2].encode())
            claims: _Claims = _decode(base64_decode(signed))
        except (BadData, msgspec.MsgspecError):
            raise LinkError("forged") from None
        return claims


def _exactly(signature: bytes) -> None:
    """Refuse other spellings of a right signature, which base64 decoders let pass.

    Raises:
        BadData: it is not the spelling that we write.
    """
    if base64_encode(base64_decode(signature)) != signature:
        raise BadData("another spelling of the signature")
