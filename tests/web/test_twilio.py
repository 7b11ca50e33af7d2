"""Twilio's door: signed by Twilio or refused, and what people text back."""

import hmac
from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha1
from pathlib import Path
from urllib.parse import urlencode

import pytest
from support.site import ENVIRON, ROUTES, Site, secret, site

from router.core.event import Claimed, Delivered
from router.core.incident import Incident, Status
from router.core.moment import SECOND
from router.web.texted import Wish, read
from router.web.twilio import HELPED_MOST, is_signed

TOKEN = "a token of the account"
PUBLIC = "https://alerts.example.com/sms/twilio"
TEXTED = (
    ROUTES.replace('webhook = "http://127.0.0.1:9/ana"', 'phone = "+15555550101"').replace(
        'webhook = "http://127.0.0.1:9/bo"', 'phone = "+15555550102"'
    )
    + """
[channels.sms]
provider = "twilio"
account = "AC1"
token = "${TWILIO}"
from = "+15555550100"
replies = true
"""
)
ANA, BO, NOBODY = "+15555550101", "+15555550102", "+15555550199"


def sign(url: str, form: dict[str, str], token: str = TOKEN) -> str:
    base = url + "".join(name + form[name] for name in sorted(form))
    return b64encode(hmac.new(token.encode(), base.encode(), sha1).digest()).decode()


class Phone:
    """A phone that texts to our number, by way of Twilio."""

    def __init__(self, here: Site) -> None:
        self.here = here
        self.count = 0

    async def post(
        self, text: str, number: str = ANA, sid: str = "", signature: str | None = None
    ) -> tuple[int, str]:
        self.count += 1
        form = {
            "MessageSid": sid or f"SM{self.count}",
            "From": number,
            "To": "+15555550100",
            "Body": text,
            "NumMedia": "0",
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        headers["X-Twilio-Signature"] = sign(PUBLIC, form) if signature is None else signature
        posted = urlencode(form).encode()
        async with self.here.http.post("/sms/twilio", data=posted, headers=headers) as answer:
            return answer.status, await answer.text()

    async def says(self, text: str, number: str = ANA, sid: str = "") -> str:
        status, told = await self.post(text, number, sid)
        assert status == 200
        inside = told.partition("<Response>")[2].removesuffix("</Response>")
        return inside.removeprefix("<Message>").removesuffix("</Message>")

    async def delivered(self, number: int) -> None:
        """The page of this incident is handed to Twilio."""
        rows = self.here.loop.state.deliveries.values()
        (row,) = (r for r in rows if r.incident == number and r.target == "user:ana/sms")
        await self.here.loop.submit([Claimed(row.id)])
        await self.here.loop.submit([Delivered(delivery=row.id)])
        self.here.clock.move(61 * SECOND)

    def incident(self, number: int) -> Incident:
        return self.here.loop.state.incidents[number]


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Phone]:
    async with site(tmp_path, routes=TEXTED, environ=ENVIRON | {"TWILIO": TOKEN}) as here:
        yield Phone(here)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("12a", Wish("ack", 12)),
        ("12 a", Wish("ack", 12)),
        ("'12A'", Wish("ack", 12)),
        ("“12 ack”", Wish("ack", 12)),
        ("a12", Wish("ack", 12)),
        ("Ack 12.", Wish("ack", 12)),
        ("ack #12", Wish("ack", 12)),
        ("#12 acknowledged", Wish("ack", 12)),
        (" ACK ", Wish("ack")),
        ("a", Wish("ack")),
        ("12c", Wish("resolve", 12)),
        ("close12", Wish("resolve", 12)),
        ("resolve 12", Wish("resolve", 12)),
        ("12e", Wish("escalate", 12)),
        ("e", Wish("escalate")),
        ("snooze 12 2h", Wish("snooze", 12, "2h")),
        ("12s 1h30m", Wish("snooze", 12, "1h30m")),
        ("unack 12", Wish("unack", 12)),
        ("aa", Wish("all")),
        ("Ack all", Wish("all")),
        ("", None),
        ("12", None),
        ("stop", None),
        ("what is this", None),
        ("ack 12 and 13", None),
        ("ack ١٢", None),
        ("ack " + "9" * 40, None),
        ("1a2", None),
    ],
)
def test_what_people_text_is_understood_or_not(text: str, wish: Wish | None) -> None:
    assert read(text) == wish


FORM = {"Body": ["12a"], "From": [ANA]}
GOOD = sign(PUBLIC, {"Body": "12a", "From": ANA})


@pytest.mark.parametrize(
    ("url", "form", "signature", "wanted"),
    [
        pytest.param(PUBLIC, FORM, GOOD, True, id="good"),
        pytest.param(PUBLIC.replace(".com", ".com:443"), FORM, GOOD, True, id="we say the port"),
        pytest.param(
            PUBLIC,
            FORM,
            sign(PUBLIC.replace(".com", ".com:443"), {"Body": "12a", "From": ANA}),
            True,
            id="Twilio says the port",
        ),
        pytest.param(
            PUBLIC,
            FORM | {"Body": ["12a", "12a"]},
            GOOD,
            True,
            id="a value that is there twice counts once",
        ),
        pytest.param(PUBLIC + "?a=b", FORM, GOOD, False, id="another address"),
        pytest.param(PUBLIC.replace("https", "http"), FORM, GOOD, False, id="not encrypted"),
        pytest.param(PUBLIC, FORM | {"Body": ["13a"]}, GOOD, False, id="another text"),
        pytest.param(PUBLIC, FORM | {"X": [""]}, GOOD, False, id="a field more"),
        pytest.param(PUBLIC, FORM, "", False, id="none"),
        pytest.param(PUBLIC, FORM, "ä", False, id="not ASCII"),
        pytest.param(PUBLIC, FORM, GOOD[:-2], False, id="cut"),
        pytest.param(
            PUBLIC, FORM, sign(PUBLIC, {"Body": "12a", "From": ANA}, "x"), False, id="other token"
        ),
    ],
)
def test_a_text_is_from_twilio(
    url: str, form: dict[str, list[str]], signature: str, wanted: bool
) -> None:
    assert is_signed(url, form, signature, [secret("an old token"), secret(TOKEN)]) is wanted


async def test_an_acknowledgement_by_text_is_one(phone: Phone) -> None:
    number = await phone.here.incident()
    assert await phone.says(f"{number}a") == f"Incident {number} acknowledged by ana."
    assert phone.incident(number).answered_by == "ana"
    timeline = await phone.here.store.timeline(number)
    assert [r.detail for r in timeline if r.kind == "acknowledged"] == [{"by": "ana", "via": "sms"}]
    said = await phone.says(f"ack {number}", BO)
    assert said == f"Incident {number} was acknowledged by ana, and now by bo too."


async def test_all_else_that_can_be_texted_is_done(phone: Phone) -> None:
    number = await phone.here.incident()
    assert (await phone.says(f"snooze {number} 2h")).startswith(f"Incident {number} snoozed until")
    assert phone.incident(number).status is Status.SNOOZED
    await phone.says(f"{number}e")
    assert phone.incident(number).status is Status.TRIGGERED
    await phone.says(f"{number} ack")
    assert (await phone.says(f"unack {number}")).endswith("rings again.")
    assert await phone.says(f"{number}c", BO) == f"Incident {number} resolved by bo."
    assert number not in phone.here.loop.state.incidents


@pytest.mark.parametrize("signature", ["", "bm9uc2Vuc2U=", GOOD])
async def test_what_twilio_did_not_sign_is_refused(phone: Phone, signature: str) -> None:
    number = await phone.here.incident()
    assert (await phone.post(f"{number}a", signature=signature))[0] == 401
    assert phone.incident(number).status is Status.TRIGGERED


async def test_a_strangers_number_hears_nothing_and_does_nothing(phone: Phone) -> None:
    number = await phone.here.incident()
    assert await phone.says(f"{number}a", NOBODY) == ""
    assert phone.incident(number).status is Status.TRIGGERED


async def test_a_text_that_twilio_hands_over_twice_is_done_once(phone: Phone) -> None:
    number = await phone.here.incident()
    version = phone.incident(number).version
    assert await phone.says(f"{number}e", sid="SMx") != ""
    escalated = phone.incident(number).version
    assert escalated > version
    assert await phone.says(f"{number}e", sid="SMx") == ""
    assert phone.incident(number).version == escalated


async def test_a_bare_ack_means_what_was_texted_last(phone: Phone) -> None:
    assert (await phone.says("ack")).startswith("Nothing that is open was texted to you.")
    await phone.here.incident(alertname="One")
    await phone.here.incident(alertname="Two")
    await phone.delivered(1)
    await phone.delivered(2)
    assert await phone.says("ack", BO) != "", "nothing was texted to her"
    assert await phone.says("ack") == "Incident 2 acknowledged by ana."
    assert phone.incident(1).status is Status.TRIGGERED


async def test_all_that_was_texted_is_acknowledged_at_once(phone: Phone) -> None:
    for name in ("One", "Two", "Three"):
        await phone.here.incident(alertname=name)
    await phone.delivered(1)
    await phone.delivered(2)
    assert await phone.says("aa") == "2 acknowledged."
    standing = [phone.incident(number).status for number in (1, 2, 3)]
    assert standing == [Status.ACKNOWLEDGED, Status.ACKNOWLEDGED, Status.TRIGGERED]
    assert await phone.says("aa") == "Nothing here is unanswered."


async def test_two_machines_that_answer_each_other_come_to_an_end(phone: Phone) -> None:
    said = [await phone.says("I am on holiday") for _ in range(HELPED_MOST + 3)]
    assert [bool(text) for text in said] == [True] * HELPED_MOST + [False] * 3
    number = await phone.here.incident()
    assert await phone.says(f"{number}a") != ""
    assert await phone.says("thanks") != "", "an answer makes talk worth while again"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("99a", "Incident 99 does not exist."),
        ("snooze 1", "For how long? Text: snooze 1 2h"),
        ("snooze 1 ages", "&#x27;ages&#x27;"),
        ("<b>", "Text 12a"),
    ],
)
async def test_what_cannot_be_done_is_said(phone: Phone, text: str, said: str) -> None:
    await phone.here.incident()
    assert said.replace("&#x27;", "'") in await phone.says(text)


async def test_what_could_not_be_kept_may_be_texted_again(phone: Phone) -> None:
    number = await phone.here.incident()
    phone.here.door.error = "AssertionError: a bug"
    assert (await phone.says(f"{number}a", sid="SMx")).startswith("That could not be recorded.")
    phone.here.door.error = ""
    assert await phone.says(f"{number}a", sid="SMx") == f"Incident {number} acknowledged by ana."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("replies = true", ""),
        ('url = "https://alerts.example.com"', ""),
        ("${TWILIO}", "${NOT_THERE}"),
    ],
)
async def test_without_all_that_it_needs_there_is_no_such_door(
    tmp_path: Path, old: str, new: str
) -> None:
    routes = TEXTED.replace(old, new)
    async with site(tmp_path, routes=routes, environ=ENVIRON | {"TWILIO": TOKEN}) as here:
        status, told = await Phone(here).post("1a")
        assert status == 404
        assert "channels.sms.replies" in told
