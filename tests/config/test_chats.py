"""Opsgenie and the chats in routes.toml: what their keys come to, and what may be wrong there."""

import pytest
from support.routes_file import problems, read, whole

from router.core.chat import (
    Attachment,
    DiscordIntegration,
    Field,
    MattermostIntegration,
    Msteamsv2Integration,
    Priority,
    TelegramIntegration,
)
from router.core.integration import Integration, OpsgenieIntegration, Responder
from router.core.secret import Secret

ENVIRON = {"BOT": "1:x", "HOOK": "https://h.example/x", "KEY": "genie", "CHAT": "-100"}
TABLE = '[receivers.x]\n{} = [\n  {{ {} }},\n]\n[route]\nreceiver = "x"\n'


def only(kind: str, entry: str, channels: str = "") -> Integration:
    found = read(whole(channels + TABLE.format(kind, entry)), environ=ENVIRON)
    (integration,) = found.configuration.receivers["x"].integrations
    return integration


def test_a_channels_own_table_is_shared_and_a_receivers_word_goes_before_it() -> None:
    channels = '[channels.telegram]\nbot_token = "${BOT}"\nmessage = "m"\nparse_mode = ""\n'
    found = only("telegram", 'chat_id = -1001, message = "own", message_thread_id = 5', channels)
    assert found == TelegramIntegration(
        bot_token=Secret("${BOT}", "1:x"),
        chat_id="-1001",
        message="own",
        parse_mode="",
        message_thread_id=5,
    )


@pytest.mark.parametrize("chat", ["-1001234567890", "42", "@ops_room"])
def test_a_chat_is_a_number_or_a_name(chat: str) -> None:
    found = only("telegram", f'bot_token = "${{BOT}}", chat_id = "{chat}"')
    assert isinstance(found, TelegramIntegration)
    assert found.chat_id == chat


def test_mattermost_takes_attachments_and_what_surrounds_them() -> None:
    found = only(
        "mattermost",
        'webhook_url = "${HOOK}", text = "t", pretext = "p", props = { card = "c" },'
        ' fields = [{ title = "a", value = "b", short = true }],'
        ' attachments = [{ text = "one", fields = [{ title = "c", value = "d" }] }],'
        ' priority = { priority = "urgent", requested_ack = true }',
    )
    assert found == MattermostIntegration(
        webhook_url=Secret("${HOOK}", "https://h.example/x"),
        text="t",
        attachment=Attachment(pretext="p", fields=(Field(title="a", value="b", short=True),)),
        attachments=(Attachment(text="one", fields=(Field(title="c", value="d"),)),),
        card="c",
        priority=Priority(priority="urgent", requested_ack=True),
    )


def test_opsgenie_takes_details_and_responders() -> None:
    found = only(
        "opsgenie",
        'api_key = "${KEY}", details = { a = "b" }, update_alerts = true, description = "",'
        ' responders = [{ type = "team", name = "dba" }]',
    )
    assert found == OpsgenieIntegration(
        api_key=Secret("${KEY}", "genie"),
        details={"a": "b"},
        update_alerts=True,
        description="",
        responders=(Responder(type="team", name="dba"),),
    )


def test_people_are_reached_by_chats_too() -> None:
    people = (
        '[channels.telegram]\nbot_token = "${BOT}"\n'
        '[users.ana]\ntelegram = "${CHAT}"\ndiscord = "${HOOK}"\nmsteams = "${HOOK}"\n'
        "[users.ana.contact]\n"
        'urgent = [{ via = "telegram" }, { via = "msteamsv2", after = "1m" }]\n'
    )
    hook = Secret("${HOOK}", "https://h.example/x")
    ana = read(whole(people), environ=ENVIRON).configuration.users["ana"]
    assert ana.methods == {
        "telegram": TelegramIntegration(bot_token=Secret("${BOT}", "1:x"), chat_id="-100"),
        "discord": DiscordIntegration(webhook_url=hook),
        "msteamsv2": Msteamsv2Integration(webhook_url=hook),
    }
    assert [contact.via for contact in ana.contacts("urgent")] == ["telegram", "msteamsv2"]


@pytest.mark.parametrize(
    ("kind", "entry", "said"),
    [
        ("discord", 'title = "x"', "3: receivers.x.discord[0]: needs a webhook_url"),
        (
            "discord",
            'webhook_url = "${HOOK}", mesage = "x"',
            "3: receivers.x.discord[0].mesage: unknown key 'mesage'; did you mean 'message'?",
        ),
        (
            "discord",
            'webhook_url = "${HOOK}", title = 5',
            "3: receivers.x.discord[0].title: expected text, got a whole number",
        ),
        ("telegram", 'bot_token = "${BOT}"', "3: receivers.x.telegram[0]: needs a chat_id"),
        (
            "telegram",
            "chat_id = -1",
            "3: receivers.x.telegram[0]: needs bot_token, here or in [channels.telegram]",
        ),
        (
            "telegram",
            'bot_token = "${BOT}", chat_id = "ops"',
            "3: receivers.x.telegram[0].chat_id: is no Telegram chat; write its number, such as"
            " -1001234567890, or @name",
        ),
        (
            "telegram",
            'bot_token = "${BOT}", chat_id = 1, parse_mode = "html"',
            "3: receivers.x.telegram[0].parse_mode: is not known here; known: HTML, MarkdownV2,"
            " Markdown",
        ),
        (
            "msteamsv2",
            'webhook_url = "teams"',
            "3: receivers.x.msteamsv2[0].webhook_url: is no address that begins with https:// or"
            " http:// and names a host",
        ),
        (
            "mattermost",
            'text = "x"',
            "3: receivers.x.mattermost[0]: needs webhook_url, here or in [channels.mattermost]",
        ),
        (
            "mattermost",
            'webhook_url = "${HOOK}", fields = [{ title = "a" }]',
            "3: receivers.x.mattermost[0].fields[0]: needs `value`",
        ),
        (
            "opsgenie",
            'message = "x"',
            "3: receivers.x.opsgenie[0]: needs api_key, here or in [channels.opsgenie]",
        ),
        (
            "opsgenie",
            'api_key = "${KEY}", responders = [{ type = "group", name = "a" }]',
            "3: receivers.x.opsgenie[0].responders[0].type: is not known here; known: team, teams,"
            " user, escalation, schedule",
        ),
        (
            "opsgenie",
            'api_key = "${KEY}", responders = [{ type = "user" }]',
            "3: receivers.x.opsgenie[0].responders[0]: needs one of `id`, `name` and `username`",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(kind: str, entry: str, said: str) -> None:
    assert problems(TABLE.format(kind, entry), environ=ENVIRON) == [f"routes.toml:{said}"]


def test_no_secret_shows_where_one_is_wrong() -> None:
    found = problems(TABLE.format("discord", 'webhook_url = "hush-hush"'))
    assert "hush" not in "".join(found)
    whole_file = read(
        whole(TABLE.format("telegram", 'bot_token = "${BOT}", chat_id = 1')), environ=ENVIRON
    )
    assert "1:x" not in repr(whole_file.configuration)
