"""Secrets come from the environment or a file, are stripped, and are never shown."""

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.routes_file import problems, read, whole

from router.core.integration import EmailIntegration, SlackIntegration, SmsIntegration
from router.core.secret import Secret
from router.errors import ConfigError

SLACK = '[channels.slack]\n{0}\n[receivers.x]\nslack = [{{ channel = "#x" }}]\n'


def _token(line: str, folder: Path, environ: dict[str, str]) -> tuple[Secret, tuple[str, ...]]:
    loaded = read(whole(SLACK.format(line)), folder=folder, environ=environ)
    integration = loaded.configuration.receivers["x"].integrations[0]
    assert isinstance(integration, SlackIntegration)
    assert integration.token is not None
    return integration.token, loaded.missing


@pytest.mark.parametrize(
    ("line", "token"),
    [
        ('token = "${T}"', Secret("${T}", "hunter2")),
        ('token = "xoxb-${T}-${U}"', Secret("${T} ${U}", "xoxb-hunter2-more")),
        ('token = "plain"', Secret("routes.toml", "plain")),
        ('token_file = "token"', Secret("token", "from a file")),
        ('token_file = "sub/crlf"', Secret("sub/crlf", " spaces stay ")),
    ],
)
def test_a_secret_is_read_from(line: str, token: Secret, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "token").write_text("from a file\n")
    (tmp_path / "sub" / "crlf").write_bytes(b" spaces stay \r\n\r\n")

    assert _token(line, tmp_path, {"T": "hunter2", "U": "more"}) == (token, ())


@pytest.mark.parametrize(
    ("line", "origin", "missing"),
    [
        ('token = "${T}"', "${T}", ["channels.slack.token: ${T} is not set"]),
        ('token = "${E}"', "${E}", ["channels.slack.token: ${E} is empty"]),
        (
            'token = "${T}${U}${T}"',
            "${T} ${U}",
            ["channels.slack.token: ${T} is not set", "channels.slack.token: ${U} is not set"],
        ),
        (
            'token_file = "gone"',
            "gone",
            ["channels.slack.token_file: gone cannot be read: No such file or directory"],
        ),
        (
            'token_file = "."',
            ".",
            ["channels.slack.token_file: . cannot be read: it is not a file"],
        ),
        ('token_file = "empty"', "empty", ["channels.slack.token_file: empty is empty"]),
        (
            'token_file = "pipe"',
            "pipe",
            ["channels.slack.token_file: pipe cannot be read: it is not a file"],
        ),
        (
            'token_file = "binary"',
            "binary",
            ["channels.slack.token_file: binary cannot be read: it is not UTF-8 text"],
        ),
        (
            'token_file = "huge"',
            "huge",
            ["channels.slack.token_file: huge cannot be read: it is longer than 65536 bytes"],
        ),
    ],
)
def test_a_secret_is_missing(line: str, origin: str, missing: list[str], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "huge").write_text("x" * 70_000)

    assert _token(line, tmp_path, {"E": ""}) == (Secret(origin, ""), tuple(missing))


def test_all_that_is_missing_is_named_in_the_order_of_the_file() -> None:
    loaded = read(
        whole(
            '[users.ana]\nphone = "${PHONE}"\n'
            '[channels.sms]\naccount = "${SID}"\ntoken = "${TOKEN}"\nfrom = "${FROM}"\n'
            '[receivers.x]\npagerduty = [{ routing_key = "${KEY}" }]\n'
        )
    )

    assert loaded.missing == (
        "users.ana.phone: ${PHONE} is not set",
        "channels.sms.account: ${SID} is not set",
        "channels.sms.token: ${TOKEN} is not set",
        "channels.sms.from: ${FROM} is not set",
        "receivers.x.pagerduty[0].routing_key: ${KEY} is not set",
    )
    method = loaded.configuration.users["ana"].methods["sms"]
    assert method.missing == ("${SID}", "${TOKEN}", "${PHONE}", "${FROM}")


def test_an_address_to_send_to_may_be_missing_too() -> None:
    text = '[channels.slack]\ntoken = "plain"\napi_url = "${API}"\n'
    own = (
        '[receivers.x]\nslack = [{ channel = "#x" }, { channel = "#x", api_url = "https://a.b" }]\n'
    )

    missing, there = read(whole(text + own)).configuration.receivers["x"].integrations

    assert (missing.missing, there.missing) == (("${API}",), ())


def test_addresses_come_from_the_environment_and_files_too(tmp_path: Path) -> None:
    (tmp_path / "people").write_text("ana@example.com\nBo <bo@example.com>, cy@example.com\n")
    text = """
[channels.email]
smarthost = "${HOST}:587"
from_file = "sender"
[receivers.x]
email = [{ to_file = "people" }, { to = "${TEAM}" }, { to = ["${TEAM}", "z@example.com"] }]
sms = [{ to = ["+15555550101", "${P}"], account = "AC", token = "${T}", from = "Tocsin" }]
"""
    (tmp_path / "sender").write_text("Tocsin <t@example.com>\n")
    environ = {"HOST": "smtp.example.com", "TEAM": "a@b.c,d@e.f", "P": "+15555550102", "T": "t"}
    loaded = read(whole(text), folder=tmp_path, environ=environ)

    found = loaded.configuration.receivers["x"].integrations
    assert [i.to for i in found if isinstance(i, EmailIntegration)] == [
        ("ana@example.com", "Bo <bo@example.com>", "cy@example.com"),
        ("a@b.c", "d@e.f"),
        ("a@b.c", "d@e.f", "z@example.com"),
    ]
    assert [i.to for i in found if isinstance(i, SmsIntegration)] == [
        "+15555550101",
        "+15555550102",
    ]
    assert isinstance(found[0], EmailIntegration)
    assert (found[0].smarthost, found[0].sender) == (
        "smtp.example.com:587",
        "Tocsin <t@example.com>",
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('token = "${}"', "a reference to the environment is written ${NAME}"),
        ('token = "${T"', "a reference to the environment is written ${NAME}"),
        ('token = "${T:-x}"', "a reference to the environment is written ${NAME}"),
        ('token = "${BREAK}"', "${BREAK} holds a line break or another control character"),
    ],
)
def test_a_reference_is_wrong(line: str, problem: str) -> None:
    piece = SLACK.format(line)

    assert problems(piece, environ={"BREAK": "a\nb"}) == [
        f"routes.toml:2: channels.slack.token: {problem}"
    ]


@pytest.mark.parametrize(
    ("piece", "problem"),
    [
        (
            '[users.ana]\nemail = "${SECRET}"\n',
            "users.ana.email: ${SECRET} is no mail address; write it like ana@example.com",
        ),
        (
            '[receivers.x]\nslack = [{ webhook_url = "${SECRET}" }]\n',
            "receivers.x.slack[0].webhook_url: ${SECRET} is no address that begins with"
            " https:// or http:// and names a host",
        ),
        (
            '[receivers.x]\nwebhook = [{ url_file = "secret" }]\n',
            "receivers.x.webhook[0].url_file: secret is no address that begins with"
            " https:// or http:// and names a host",
        ),
    ],
)
def test_a_wrong_value_from_elsewhere_is_named_by_where_it_is_from(
    piece: str, problem: str, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("hunter2")

    found = problems(piece, environ={"SECRET": "hunter2"}, folder=tmp_path)

    assert found == [f"routes.toml:2: {problem}"]


SECRETS = (
    "[service]\nsecret = @@\n",
    "[users.ana]\nwebhook = @@\napprise = @@\n",
    "[channels.slack]\ntoken = @@\nsigning_secret = @@\n",
    "[channels.email]\nusername = 'ana'\npassword = @@\n",
    "[channels.sms]\naccount = @@\ntoken = @@\n",
    "[channels.webhook]\nsecret = @@\n",
    "[receivers.x]\nslack = [{ webhook_url = @@ }]\n",
    "[receivers.x]\nslack = [{ token = @@, channel = '#x' }]\n",
    "[receivers.x]\npagerduty = [{ routing_key = @@ }]\n",
    "[receivers.x]\nwebhook = [{ url = @@, secret = @@ }]\n",
    "[receivers.x]\napprise = [{ url = @@ }]\n",
    "[api]\ntokens = [{ name = 'a', token = @@, may = ['read'] }]\n",
    "[sources.s]\nkind = 'webhook'\ntoken = @@\n",
    "[sources.s]\nkind = 'redis'\nstream = 'x'\nurl = @@\n",
)
ADDRESSES = (
    "[service]\nurl = @@\n",
    "[users.ana]\nemail = @@\nphone = @@\nslack = @@\n",
    "[channels.slack]\napi_url = @@\n",
    "[channels.email]\nsmarthost = @@\nfrom = @@\nusername = @@\n",
    "[channels.sms]\nfrom = @@\napi_url = @@\n",
    "[receivers.x]\nemail = [{ to = @@ }, { to = [@@] }]\n",
)
SHAPES = (
    "{0}",
    "https://{0}",
    "ntfy://{0}",
    "redis://u:{0}@h/1",
    "{0}@b.c",
    "{0}:25",
    "{0}\\nx",
    "${{{0}",
)
CANARIES = st.text("abcdefghijklmnop", min_size=12, max_size=20).map(lambda text: f"zq{text}")
WAYS = {"plain": '"{0}"', "from the environment": '"${{SECRET}}"', "with half a quote": '"{0}'}


@given(
    st.sampled_from(SECRETS + ADDRESSES),
    st.sampled_from(SHAPES),
    CANARIES,
    st.sampled_from(sorted(WAYS)),
)
def test_no_message_and_no_repr_shows_a_secret(
    field: str, shape: str, canary: str, way: str
) -> None:
    value = shape.format(canary)
    piece = whole(field.replace("@@", WAYS[way].format(value)))
    try:
        loaded = read(piece, environ={"SECRET": value})
    except ConfigError as error:
        shown = f"{error} {error!r} {error.problems}"
    else:
        shown = f"{loaded.warnings} {loaded.missing}"
        if field in SECRETS:
            shown += repr(msgspec.structs.replace(loaded, text=b""))

    assert shown
    assert canary not in shown
