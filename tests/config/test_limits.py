"""`limits` in routes.toml: a channel's, a person's own, the usual ones, and what is wrong."""

import pytest
from support.routes_file import problems, read, whole

from router.core.limit import DEFAULTS, Limit
from router.core.moment import HOUR, MINUTE

CHANNELS = """
[channels.sms]
account = "${S}"
token = "${S}"
from = "+15555550100"
[channels.slack]
token = "${S}"
"""
ANA = '[users.ana]\nphone = "+15555550101"\nslack = "U1"\nwebhook = "http://h/"\n'


def limits(text: str) -> dict[str, tuple[Limit, ...]]:
    loaded = read(whole(text), environ={"S": "x"})
    return dict(loaded.configuration.users["ana"].limits)


def test_without_a_word_they_are_the_usual_ones() -> None:
    assert limits(CHANNELS + ANA) == {"sms": DEFAULTS["sms"], "slack": ()}


def test_a_channel_has_its_own() -> None:
    text = CHANNELS.replace("[channels.slack]", "[channels.slack]\nlimits = ['3 in 15m']")
    assert limits(text + ANA)["slack"] == (Limit(3, 15 * MINUTE),)


def test_a_person_has_her_own() -> None:
    own = "[users.ana.contact]\nlimits = { sms = ['2 in 1m', '11 in 1h smooth'], slack = [] }\n"
    assert limits(CHANNELS + ANA + own) == {
        "sms": (Limit(2, MINUTE), Limit(11, HOUR, smooth=True)),
        "slack": (),
    }


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{ sms = ['often'] }", "limits.sms[0]: 'often' is no limit; write it like '5 in 15m'"),
        ("{ sms = ['0 in 1m'] }", "the number of messages is not between 1 and 100"),
        ("{ sms = ['101 in 1m'] }", "the number of messages is not between 1 and 100"),
        ("{ sms = ['1 in 2d'] }", "the time is not between 1ms and 1d"),
        ("{ sms = ['1 in soon'] }", "'soon' is no duration"),
        ("{ sms = ['5 in 1h', '1 in 1m'] }", "must grant more than the one before it"),
        ("{ smms = ['5 in 1h'] }", "no channel 'smms' has limits; did you mean 'sms'?"),
        ("{ webhook = ['5 in 1h'] }", "no channel 'webhook' has limits"),
        ("{ sms = '5 in 1h' }", "expected an array of texts, got one text"),
    ],
)
def test_a_mistake_is_named(written: str, said: str) -> None:
    text = f"{CHANNELS}{ANA}[users.ana.contact]\nlimits = {written}\n"
    (found,) = problems(text, environ={"S": "x"})
    assert said in found
