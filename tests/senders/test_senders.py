"""Which queue each integration waits in: one dead destination must not hold up another."""

import pytest
from support.channels import email

from router.core.chat import (
    DiscordIntegration,
    MattermostIntegration,
    Msteamsv2Integration,
    TelegramIntegration,
)
from router.core.integration import (
    AppriseIntegration,
    ConsoleIntegration,
    Integration,
    OpsgenieIntegration,
    PagerdutyIntegration,
    SlackIntegration,
    SmsIntegration,
    WebhookIntegration,
)
from router.core.secret import Secret
from router.errors import PermanentDeliveryError
from router.senders.senders import Senders, destination

SECOND = 1_000_000
HOOK = Secret("${U}", "https://h.example/hooks/secret")
OTHER_HOOK = Secret("${U}", "https://h.example/hooks/other-secret")
BOT = Secret("${B}", "1:bot-secret")
GENIE = Secret("${G}", "genie-secret")


def slack(channel: str, token: str = "xoxb-secret-1") -> SlackIntegration:
    return SlackIntegration(channel=channel, token=Secret("${T}", token))


def slack_hook(url: str) -> SlackIntegration:
    return SlackIntegration(webhook_url=Secret("${U}", url))


def sms(sender: str, to: str = "+1") -> SmsIntegration:
    account, token = Secret("${A}", "AC-secret"), Secret("${T}", "tw-secret")
    return SmsIntegration(to=to, sender=sender, account=account, token=token)


def pager(key: str) -> PagerdutyIntegration:
    return PagerdutyIntegration(routing_key=Secret("${K}", key))


def webhook(url: str) -> WebhookIntegration:
    return WebhookIntegration(url=Secret("${U}", url))


def apprise(url: str) -> AppriseIntegration:
    return AppriseIntegration(url=Secret("${U}", url))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(slack("#a"), slack("#a"), True, id="one Slack channel"),
        pytest.param(slack("#a"), slack("#b"), False, id="two Slack channels"),
        pytest.param(slack("#a"), slack("#a", "xoxb-secret-2"), False, id="two workspaces"),
        pytest.param(slack_hook("https://h/a"), slack_hook("https://h/b"), False, id="two hooks"),
        pytest.param(email("mx:25"), email("mx:25", "bo@example.com"), True, id="one smarthost"),
        pytest.param(email("mx:25"), email("my:25"), False, id="two smarthosts"),
        pytest.param(sms("+1"), sms("+1", "+9"), True, id="one sending number"),
        pytest.param(sms("+1"), sms("+2"), False, id="two sending numbers"),
        pytest.param(pager("key-secret-1"), pager("key-secret-2"), False, id="two PagerDuty keys"),
        pytest.param(
            webhook("https://h.example/a"), webhook("https://h.example/b"), True, id="one web host"
        ),
        pytest.param(
            webhook("https://h.example/"), webhook("https://i.example/"), False, id="two web hosts"
        ),
        pytest.param(
            webhook("http://h.example:1/"), webhook("http://h.example:2/"), False, id="two ports"
        ),
        pytest.param(apprise("ntfy://h/a"), apprise("ntfy://h/b"), False, id="two Apprise URLs"),
        pytest.param(
            DiscordIntegration(webhook_url=HOOK),
            DiscordIntegration(webhook_url=OTHER_HOOK),
            False,
            id="two Discord channels",
        ),
        pytest.param(
            TelegramIntegration(bot_token=BOT, chat_id="1"),
            TelegramIntegration(bot_token=BOT, chat_id="2"),
            False,
            id="two chats of one bot",
        ),
    ],
)
def test_queues_are_shared_by(one: Integration, other: Integration, same: bool) -> None:
    assert (destination(one).name == destination(other).name) is same


@pytest.mark.parametrize(
    ("integration", "parallel", "spacing"),
    [
        pytest.param(slack("#a"), 1, SECOND, id="Slack: one a second and channel"),
        pytest.param(slack_hook("https://h/a"), 1, SECOND, id="a Slack webhook too"),
        pytest.param(sms("+1"), 1, SECOND, id="Twilio: one a second and number"),
        pytest.param(pager("k"), 4, 0, id="PagerDuty"),
        pytest.param(OpsgenieIntegration(api_key=GENIE), 4, 0, id="Opsgenie"),
        pytest.param(
            DiscordIntegration(webhook_url=HOOK), 1, SECOND * 2 // 5, id="Discord: five in two"
        ),
        pytest.param(
            TelegramIntegration(bot_token=BOT, chat_id="1"),
            1,
            SECOND,
            id="Telegram: one a second and chat",
        ),
        pytest.param(
            Msteamsv2Integration(webhook_url=HOOK), 1, SECOND // 4, id="Teams: four a second"
        ),
        pytest.param(MattermostIntegration(webhook_url=HOOK), 2, 0, id="Mattermost"),
        pytest.param(webhook("https://h/"), 16, 0, id="webhooks"),
        pytest.param(email("mx:25"), 2, 0, id="mail"),
        pytest.param(apprise("ntfy://h/a"), 1, 0, id="Apprise"),
        pytest.param(ConsoleIntegration(), 1, 0, id="the terminal"),
    ],
)
def test_a_queue_moves_at(integration: Integration, parallel: int, spacing: int) -> None:
    queue = destination(integration)
    assert (queue.parallel, queue.spacing) == (parallel, spacing)


@pytest.mark.parametrize(
    "integration",
    [
        slack("#a", "xoxb-secret-1"),
        slack_hook("https://hooks.slack.com/services/T1/B1/secret"),
        sms("+1"),
        pager("key-secret"),
        webhook("https://user:secret@secret-host.example/secret?secret=1"),
        webhook("http://[broken-secret"),
        apprise("tgram://secret-token/chat"),
        email("mx:25", password="smtp-secret"),
        OpsgenieIntegration(api_key=GENIE),
        DiscordIntegration(webhook_url=HOOK),
        TelegramIntegration(bot_token=BOT, chat_id="1"),
        Msteamsv2Integration(webhook_url=HOOK),
        MattermostIntegration(webhook_url=HOOK),
    ],
    ids=lambda integration: integration.kind,
)
def test_no_queues_name_holds_a_secret(integration: Integration) -> None:
    assert "secret" not in destination(integration).name


async def test_an_integration_nobody_sends_for_is_refused(senders: Senders) -> None:
    from support.outgoing import outgoing, yes

    class PigeonIntegration(Integration, frozen=True, kw_only=True):
        pass

    with pytest.raises(PermanentDeliveryError, match="no sender for pigeon"):
        await senders.send(outgoing(), PigeonIntegration(), yes)
