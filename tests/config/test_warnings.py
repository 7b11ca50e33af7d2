"""What works but is probably not meant is said with its line, and refused by nobody."""

import pytest
from support.routes_file import BASE, ROUTE, read

SMS = '[channels.sms]\naccount = "AC"\ntoken = "${T}"\nfrom = "Tocsin"\n'
TREE = '[route]\nreceiver = "base"\n'
POLICY = '[policies.p]\nsteps = [{ notify = ["receiver:base"] }]\n'


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        pytest.param(
            "[users.ana]\nname = 'Ana'\n" + ROUTE,
            [
                "1: users.ana: no usable contact: give one of slack, phone, email, discord,"
                " telegram, msteams, webhook, apprise"
            ],
            id="a person without an address",
        ),
        pytest.param(
            "[users.ana]\nphone = '+15555550101'\nslack = 'U0'\n" + ROUTE,
            [
                "1: users.ana: no usable contact: slack is given, but [channels.slack] lacks token"
                "; phone is given, but [channels.sms] lacks account, token, from"
            ],
            id="a person whose channels are not set up",
        ),
        pytest.param(
            "[users.ana]\nphone = '+15555550101'\nemail = 'a@b.c'\n"
            "[channels.sms]\naccount = 'AC'\ntoken = '${T}'\n"
            "[channels.email]\nsmarthost = 'h:25'\nfrom = 'a@b.c'\n" + ROUTE,
            ["2: users.ana.phone: cannot be used: [channels.sms] lacks from"],
            id="one of two addresses is of no use",
        ),
        pytest.param(
            "[users.ana]\nphone = '+15555550101'\n" + SMS + "replies = true\n" + ROUTE,
            ["7: channels.sms.replies: needs service.url, which Twilio signs for"],
            id="replies by text without the address they come to",
        ),
        pytest.param(
            "[users.ana]\nphone = '+15555550101'\n[users.ana.contact]\n"
            "urgent = [\n{ via = 'sms' },\n{ via = 'email' },\n]\n" + SMS + ROUTE,
            ["6: users.ana.contact.urgent[1].via: ana cannot be reached by email"],
            id="a contact rule names what the person lacks",
        ),
        pytest.param(
            "[channels.sms]\naccount = 'AC'\ntoken = 'hunter2'\n" + ROUTE,
            [
                "3: channels.sms.token: stands in the file for all to read"
                "; write ${NAME}, or use token_file"
            ],
            id="a secret in the file",
        ),
        pytest.param(
            "[sources.s]\nkind = 'redis'\nstream = 'x'\nurl = 'redis://u:hunter2@h/0'\n" + ROUTE,
            [
                "4: sources.s.url: stands in the file for all to read"
                "; write ${NAME}, or use url_file"
            ],
            id="a password in an address",
        ),
        pytest.param(
            "[receivers.x]\nconsole = [{}]\n" + POLICY + ROUTE,
            ["1: receivers.x: nothing uses it", "3: policies.p: no route uses it"],
            id="what nobody uses",
        ),
        pytest.param(
            "[receivers.x]\n[route]\nreceiver = 'x'\n[[route.routes]]\nreceiver = 'base'\n",
            ["1: receivers.x: has no integrations, so it tells nobody"],
            id="a receiver without integrations",
        ),
        pytest.param(
            POLICY + "[service]\n[route]\npolicy = 'p'\n",
            [
                "3: service: nobody is told when a policy is exhausted or reaches nobody"
                '; add fallback = ["receiver:NAME"]'
            ],
            id="no last resort",
        ),
        pytest.param(
            TREE + "repeat_interval = '1m'\n[[route.routes]]\n[[route.routes.routes]]\n"
            "group_interval = '30s'\n",
            [
                "1: route: repeat_interval is shorter than group_interval"
                ", which every repeat waits for"
            ],
            id="a repeat sooner than its group, said where it is written",
        ),
        pytest.param(
            TREE + "repeat_interval = '1m'\ngroup_interval = '60s'\n",
            [],
            id="a repeat at every tick of its group",
        ),
        pytest.param(
            "[api]\nopen = true\ntokens = [{ name = 'a', token = '${T}', may = ['read'] }]\n"
            + ROUTE,
            ["2: api.open: nobody is asked for the tokens, as it is open"],
            id="tokens nobody is asked for",
        ),
        pytest.param(
            "[service]\nfallback = ['receiver:base']\n[policies.d]\n"
            "digest = { at = '09:00', notify = ['receiver:x'] }\n[receivers.x]\nconsole = [{}]\n"
            "[route]\npolicy = 'd'\n",
            [],
            id="what a digest or the fallback tells is used",
        ),
    ],
)
def test_the_warnings_of(text: str, warnings: list[str]) -> None:
    found = read(text + BASE, environ={"T": "t"}).warnings

    assert list(found) == [f"routes.toml:{warning}" for warning in warnings]


def _tree(*routes: str) -> str:
    return TREE + "".join(f"[[route.routes]]\n{route}\n" for route in routes)


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        pytest.param(
            _tree("matchers = ['a=b']", "matchers = ['a=b', 'c=d']"),
            [(5, 1, 'routes[0] before it takes {a="b"}, and does not say continue')],
            id="an earlier one takes it all",
        ),
        pytest.param(
            _tree("matchers = ['a=b']\ncontinue = true", "matchers = ['a=b', 'c=d']"),
            [],
            id="continue leaves it",
        ),
        pytest.param(
            _tree("", "matchers = ['c=d']"),
            [(5, 1, "routes[0] before it takes every alert, and does not say continue")],
            id="a catch-all before it",
        ),
        pytest.param(
            _tree("matchers = ['a=~\"b|c\"']", "matchers = ['a=c']"),
            [(5, 1, 'routes[0] before it takes {a=~"b|c"}, and does not say continue')],
            id="a regex that takes its value",
        ),
        pytest.param(
            _tree("matchers = ['a=~\"[bc]\"']", "matchers = ['a=~\"b|c\"']"),
            [(5, 1, 'routes[0] before it takes {a=~"[bc]"}, and does not say continue')],
            id="a regex that takes all its values",
        ),
        pytest.param(
            _tree("matchers = ['a=~\"[bc]\"']", "matchers = ['a=~\"b|d\"']"),
            [],
            id="a regex that takes one of its values",
        ),
        pytest.param(
            _tree("matchers = ['a!=x']", "matchers = ['a=b']"),
            [(5, 1, 'routes[0] before it takes {a!="x"}, and does not say continue')],
            id="a negative one that takes its value",
        ),
        pytest.param(
            _tree("matchers = ['a=~\"x.*\"']", "matchers = ['a=~\"x.*\"', 'b!=c']"),
            [(5, 1, 'routes[0] before it takes {a=~"x.*"}, and does not say continue')],
            id="the same regex",
        ),
        pytest.param(
            _tree("matchers = ['a=b']", "matchers = ['c=d']", "matchers = ['a=b', 'c=d']"),
            [(7, 2, 'routes[0] before it takes {a="b"}, and does not say continue')],
            id="the first of two is named",
        ),
    ],
)
def test_routes_no_alert_takes(text: str, warnings: list[tuple[int, int, str]]) -> None:
    found = read(text + BASE).warnings
    assert list(found) == [
        f"routes.toml:{line}: route.routes[{position}]: no alert gets here: {why}"
        for line, position, why in warnings
    ]


def test_a_route_that_contradicts_the_one_above_it_is_reached_by_no_alert() -> None:
    text = _tree("matchers = ['a=b']\n[[route.routes.routes]]\nmatchers = ['a=c']") + BASE

    assert read(text).warnings == (
        'routes.toml:5: route.routes[0].routes[0]: no alert gets here: a="b" and a="c"'
        " exclude each other",
    )


def test_nothing_is_said_of_routes_below_one_that_no_alert_reaches() -> None:
    text = _tree("", "[[route.routes.routes]]", "continue = true") + BASE

    assert [warning.split(": no alert")[0] for warning in read(text).warnings] == [
        "routes.toml:5: route.routes[1]",
        "routes.toml:7: route.routes[2]",
    ]
