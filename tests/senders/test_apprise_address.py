"""What alerts have a say in of an Apprise address, and what no label of theirs can change."""

from typing import Any

import apprise
import pytest
from support.alertmanager_loaded import integration
from support.outgoing import alert, outgoing, yes
from support.servers import HttpServer, WebhookServer

from router.core.integration import AppriseIntegration
from router.core.outgoing import Outgoing
from router.core.secret import Secret
from router.errors import PermanentDeliveryError
from router.senders.apprise_address import filled
from router.senders.message import Messages
from router.senders.placed import Placing
from router.senders.senders import Senders

pytestmark = pytest.mark.usefixtures("apprise_loaded")

T30, T100 = "t" * 30, "t" * 100
ROCKET = "{api_url: '%s', token: t0, token_id: me, channel: '#{{ .CommonLabels.team }}'}"
HOSTILE = (
    *("db,@ceo", "db;@ceo", "db/../@ceo", "db @ceo", "db\n@ceo", "db?mode=basic", "%2C%40ceo"),
    *("#", "@evil.example:80/", "db#x", "..", "db%00", "dё", ""),
)


def told(value: str, **over: Any) -> Outgoing:
    return outgoing(alert({"alertname": "Down", "team": value}), kind="notification", **over)


def taken(kind: str, entry: str) -> AppriseIntegration:
    found = integration(kind, entry)
    assert isinstance(found, AppriseIntegration)
    return found


def address(found: AppriseIntegration, value: str) -> str:
    failures: list[tuple[str, str]] = []
    messages = Messages(None, lambda file, reason: failures.append((file, reason)))
    placing = Placing("apprise", messages, told(value))
    url = filled(found.url.value, found, placing, "apprise")
    assert failures == []
    return url


def built(kind: str, entry: str, value: str) -> Any:
    """What Apprise makes of the address."""
    url = address(taken(kind, entry), value)
    service = apprise.Apprise.instantiate(url.replace("{dedup_key}", "0" * 64))
    assert service is not None, url
    return service


async def test_a_channel_of_rocketchat_follows_the_alert(senders: Senders) -> None:
    async with HttpServer.open() as server:
        where = taken("rocketchat", ROCKET % server.url)
        await senders.send(told("db_1"), where, yes)
        (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/api/v1/chat.postMessage")
    assert request.json()["channel"] == "#db_1"
    assert (request.headers["X-Auth-Token"], request.headers["X-User-Id"]) == ("t0", "me")


@pytest.mark.parametrize("value", HOSTILE)
async def test_a_label_that_could_lead_elsewhere_leads_nowhere(
    value: str, senders: Senders
) -> None:
    async with HttpServer.open() as server:
        where = taken("rocketchat", ROCKET % server.url)
        with pytest.raises(PermanentDeliveryError, match="template of channel") as caught:
            await senders.send(told(value), where, yes)
        assert server.requests == []
    assert not value or f"#{value}" not in str(caught.value)


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("pushover", f"{{user_key: '{{{{ .CommonLabels.team }}}}', token: {T30}}}"),
        ("pushover", f"{{user_key: {T30}, token: '{{{{ .CommonLabels.team }}}}'}}"),
        ("victorops", "{api_key: k, routing_key: '{{ .CommonLabels.team }}'}"),
        (
            "webex",
            "{room_id: '{{ .CommonLabels.team }}',"
            f" http_config: {{authorization: {{credentials: {T100}}}}}}}",
        ),
        (
            "sns",
            "{phone_number: '{{ .CommonLabels.team }}',"
            " sigv4: {access_key: A, secret_key: b, region: eu-west-1}}",
        ),
    ],
)
def test_no_service_takes_more_than_a_word(kind: str, entry: str, value: str) -> None:
    with pytest.raises(PermanentDeliveryError, match="the template of "):
        address(taken(kind, entry), value)


def test_pushover_takes_its_fields_from_the_alert() -> None:
    entry = (
        f"{{user_key: '{{{{ .CommonLabels.team }}}}{T30}', token: {T30},"
        " device: '{{ .CommonLabels.team }}', sound: '{{ .CommonLabels.team }}',"
        " priority: '{{ if eq .CommonLabels.team `db` }}2{{ end }}', retry: 2m, expire: 2h,"
        " url: 'https://a/?t={{ .CommonLabels.team }}', url_title: '{{ .CommonLabels.team }}'}"
    )
    service = built("pushover", entry, "db")
    assert (service.user_key, service.token) == (f"db{T30}", T30)
    assert (service.devices, service.sound, service.priority) == (["db"], "db", 2)
    assert (service.interval, service.expire) == (120, 7200)
    assert (service.supplemental_url, service.supplemental_url_title) == ("https://a/?t=db", "db")


def test_a_device_that_comes_to_nothing_is_every_device() -> None:
    entry = f"{{user_key: {T30}, token: {T30}, device: '{{{{ .CommonLabels.none }}}}'}}"
    assert built("pushover", entry, "db").devices == ["ALL_DEVICES"]


@pytest.mark.parametrize("value", ["&priority=-2&to=x", "%26a%3Db%2541", "a?b#c/d@e,f", "é {x}"])
def test_what_stands_in_a_query_is_told_to_the_letter(value: str) -> None:
    entry = (
        f"{{user_key: {T30}, token: {T30}, priority: '1', device: phone,"
        " url: 'https://a/{{ .CommonLabels.team }}', url_title: '{{ .CommonLabels.team }}'}"
    )
    service = built("pushover", entry, value)
    assert service.supplemental_url == f"https://a/{value}"
    assert service.supplemental_url_title == value
    assert (service.priority, service.devices, service.token) == (1, ["phone"], T30)


def test_victorops_webex_and_sns_take_theirs() -> None:
    entry = "{api_key: key, routing_key: 'r-{{ .CommonLabels.team }}'}"
    service = built("victorops", entry, "db")
    assert (service.routing_key, service.apikey, service.entity_id) == ("r-db", "key", "0" * 64)
    entry = (
        "{room_id: '{{ .CommonLabels.team }}=',"
        f" http_config: {{authorization: {{credentials: {T100}}}}}}}"
    )
    service = built("webex", entry, "Y2lzY28")
    assert (service.targets, service.access_token) == (["Y2lzY28="], T100)
    entry = (
        "{phone_number: '+1{{ .CommonLabels.team }}',"
        " sigv4: {access_key: A, secret_key: b/c, region: eu-west-1}}"
    )
    service = built("sns", entry, "5555550100")
    assert (service.phone, service.topics) == (["+15555550100"], [])
    assert (service.aws_access_key_id, service.aws_region_name) == ("A", "eu-west-1")


async def test_a_message_of_html_is_html_and_labels_in_it_are_text(
    senders: Senders, webhook: WebhookServer
) -> None:
    message = "'<b>{{ .CommonLabels.team }}</b> <a href=\"{{ .CommonLabels.team }}\">x</a>'"
    found = taken("pushover", f"{{user_key: u, token: t, html: true, message: {message}}}")
    url = Secret("u", f"{webhook.apprise_url}/?format=html")
    where = AppriseIntegration(url=url, words=found.words, html=found.html)
    await senders.send(told("<i>&"), where, yes)
    sent = webhook.requests[-1].json()["message"]
    assert sent == '<b>&lt;i&gt;&amp;</b> <a href="%3ci%3e&amp;">x</a>'
    await senders.send(told("<i>&"), AppriseIntegration(url=url, html=True), yes)
    sent = webhook.requests[-1].json()["message"]
    assert "team=&lt;i&gt;&amp;" in sent
    assert "<br>" in sent


async def test_our_own_addresses_have_parts_as_well(
    senders: Senders, webhook: WebhookServer
) -> None:
    url = Secret("u", f"{webhook.apprise_url}/{{team}}/{{none*}}?+X-Team={{team}}")
    parts = {"team": "{{ data.CommonLabels.team }}", "none": "{{ data.CommonLabels.none }}"}
    await senders.send(told("db"), AppriseIntegration(url=url, parts=parts), yes)
    (request,) = webhook.requests
    assert request.path.rstrip("/") == "/db"
    assert request.headers["X-Team"] == "db"
