"""Link tokens: what we signed comes back, and nothing else does."""

import base64
import hashlib
import string
from collections.abc import Callable

import itsdangerous
import pytest
from msgspec.structs import replace

from router.core.link import Link
from router.core.moment import DAY
from router.runtime.links import LinkError, Signer

OLD, NEW = b"the key of last year, long enough", b"the key of this year, long enough"
NOW = 1_800_000_000_000_000
LINK = Link(
    instance="6f0c-3",
    incident=4711,
    target="user:ana/sms",
    action="ack",
    expires_at=NOW + DAY,
)


def reason(signer: Signer, token: str, now: int = NOW) -> str:
    with pytest.raises(LinkError) as caught:
        signer.read(token, now)
    return caught.value.reason


def test_what_was_signed_is_read_back() -> None:
    signer = Signer([NEW])
    token = signer.token(LINK)
    assert signer.read(token, NOW) == LINK
    assert signer.token(LINK) == token, "the same link has the same token, so a retry repeats it"
    assert set(token) <= set(string.ascii_letters + string.digits + "-_.")
    assert len(token) < 160, "it fits into a text message"


def test_a_link_ends_at_its_expiry() -> None:
    signer = Signer([NEW])
    token = signer.token(LINK)
    assert signer.read(token, LINK.expires_at - 1) == LINK
    assert reason(signer, token, LINK.expires_at) == "expired"


def test_any_other_character_anywhere_makes_it_forged() -> None:
    signer = Signer([NEW])
    token = signer.token(LINK)
    for position, char in enumerate(token):
        for other in "Aa0-_.~=!%":
            if other != char:
                changed = token[:position] + other + token[position + 1 :]
                assert reason(signer, changed) == "forged", changed


@pytest.mark.parametrize(
    "respell",
    [
        pytest.param(lambda t: t + "=", id="padded"),
        pytest.param(lambda t: t + "!", id="with a character decoders skip"),
        pytest.param(lambda t: t[:-1], id="cut"),
        pytest.param(lambda t: "." + t, id="with an empty part in front"),
        pytest.param(lambda t: t.partition(".")[0], id="without its signature"),
        pytest.param(lambda t: t.partition(".")[0] + ".", id="with an empty signature"),
        pytest.param(lambda t: "", id="empty"),
        pytest.param(lambda t: t + "ä", id="not ASCII"),
        pytest.param(lambda t: "A" * 100_000, id="endless"),
        pytest.param(lambda t: "." * 1000, id="dots"),
    ],
)
def test_another_spelling_is_forged(respell: Callable[[str], str]) -> None:
    signer = Signer([NEW])
    assert reason(signer, respell(signer.token(LINK))) == "forged"


def test_another_payload_under_the_same_signature_is_forged() -> None:
    signer = Signer([NEW])
    other = signer.token(replace(LINK, incident=4712))
    payload, signature = other.partition(".")[0], signer.token(LINK).partition(".")[2]
    assert reason(signer, f"{payload}.{signature}") == "forged"


def test_keys_rotate() -> None:
    before, during, after = Signer([OLD]), Signer([NEW, OLD]), Signer([NEW])
    old = before.token(LINK)
    assert during.read(old, NOW) == LINK, "links that are out stay good"
    assert during.token(LINK) == after.token(LINK) != old, "the first key signs"
    assert reason(after, old) == "forged", "until the old key is dropped"


def test_something_else_signed_with_the_key_is_no_link() -> None:
    salt, how = b"tocsin answer link", hashlib.sha256
    other = itsdangerous.Signer(NEW, salt=salt, key_derivation="hmac", digest_method=how)
    payload = base64.urlsafe_b64encode(b'{"action":"ack"}').rstrip(b"=")
    assert reason(Signer([NEW]), other.sign(payload).decode()) == "forged"


@pytest.mark.parametrize("keys", [[], [b""], [NEW, b"short"]], ids=["none", "empty", "one short"])
def test_keys_must_be_able_to_keep_a_secret(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        Signer(keys)
