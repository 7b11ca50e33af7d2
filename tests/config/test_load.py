"""What a whole routes.toml comes to: references resolved, shared settings merged, defaults set."""

from pathlib import Path

from support.routes_file import BASE, ROUTE, problems, read, whole

from router.core.configuration import Contact, Digest, Policy, Step
from router.core.inhibition import InhibitRule
from router.core.integration import (
    AppriseIntegration,
    ConsoleIntegration,
    EmailIntegration,
    Integration,
    PagerdutyIntegration,
    SlackIntegration,
    SmsIntegration,
    WebhookIntegration,
)
from router.core.interval import Interval
from router.core.matcher import Matcher
from router.core.moment import DAY, HOUR, MINUTE, SECOND
from router.core.route import Route
from router.core.secret import Secret
from router.core.settings import (
    ApiSettings,
    ApiToken,
    HttpSource,
    RedisSource,
    ServiceSettings,
    SlackSettings,
)

ENVIRON = {name: name.lower() for name in ("SLACK", "SIGNING", "SID", "TWILIO", "MAIL", "KEY")}
FULL = """
[service]
url = "https://alerts.example.com/"
timezone = "Europe/Berlin"
secret_file = "key"
fallback = ["receiver:everything", "team:all"]
fallback_every = "10m"
resolve_timeout = "3m"
recovery_grace = "1m"
retention = "1w"
max_alerts = 9_000

[api]
listen = "0.0.0.0:9093"
tokens = [{ name = "grafana", token = "${KEY}", may = ["read", "silence"] }]

[users.ana]
name = "Ana Lima"
timezone = "America/Sao_Paulo"
email = "ana@example.com"
phone = "+15555550101"
slack = "U02ANA"
[users.ana.contact]
urgent = [{ via = "slack" }, { via = "sms", after = "1m" }]
normal = [{ via = "email", after = "15m" }]
[users.bo]
webhook = "https://hooks.example.com/bo"
apprise = "ntfy://ntfy.example.com/bo"

[teams]
devops = { members = ["bo", "ana"] }
all = { members = ["team:devops", "ana"] }

[channels.slack]
token = "${SLACK}"
signing_secret = "${SIGNING}"
api_url = "http://127.0.0.1:1/api/"
[channels.email]
smarthost = "smtp.example.com:587"
from = "Tocsin <alerts@example.com>"
username = "tocsin"
password = "${MAIL}"
hello = "alerts.example.com"
tls = "starttls"
send_resolved = false
[channels.sms]
provider = "twilio"
account = "${SID}"
token = "${TWILIO}"
from = "+15555550100"
[channels.pagerduty]
routing_key = "${KEY}"
api_url = "https://events.eu.pagerduty.com"
[channels.webhook]
secret = "${KEY}"
timeout = "5s"

[receivers.everything]
slack = [
  { channel = "#ops" },
  { channel = "#more", token = "${KEY}", api_url = "https://proxy.example.com" },
  { webhook_url = "${HOOK}", send_resolved = false },
]
pagerduty = [{}, { routing_key = "${SID}" }]
email = [
  { to = ["ops@example.com", "Bo <bo@example.com>"], send_resolved = true },
  { to = "x@example.com", from = "y@example.com", tls = "none" },
]
sms = [{ to = ["+15555550102", "+15555550103"] }]
webhook = [{ url = "https://hooks.example.com/in", max_alerts = 5 }]
apprise = [{ url = "discord://1/2" }]
console = [{}]

[policies.critical]
priority = "P0"
urgency = "normal"
ack_timeout = "30m"
rounds = "forever"
[[policies.critical.steps]]
notify = ["user:ana", "receiver:everything"]
wait = "1m"
[[policies.critical.steps]]
notify = ["team:devops"]
[policies.daily]
digest = { at = "09:30", days = ["monday:friday", "sun"], notify = ["team:all"] }

[route]
receiver = "everything"
group_by = ["alertname"]
[[route.routes]]
matchers = ['severity=~"critical|page"', '{team="db", env!="dev"}']
policy = "critical"
group_by = ["..."]
group_wait = "0s"
group_interval = "1m"
repeat_interval = "1d"
continue = true
[[route.routes.routes]]
mute_time_intervals = ["nights"]
active_time_intervals = ["nights"]
group_by = []
[[route.routes]]
matchers = ['severity="info"']
policy = "daily"

[[inhibit]]
name = "critical holds back warnings"
source_matchers = ['severity="critical"']
target_matchers = ['severity=~"warning|info"']
equal = ["alertname", "cluster"]

[[intervals.nights]]
times = [{ start_time = "22:00", end_time = "24:00" }]
weekdays = ["monday:friday", "sat"]
days_of_month = [1, "-3:-1"]
months = ["december", 1]
years = [2026, "2027:2028"]
location = "UTC"
[[intervals.nights]]

[sources.prometheus]
kind = "alertmanager"
alertmanager_api = true
token = "${KEY}"
[sources.generic]
kind = "webhook"
[sources.stream]
kind = "redis"
url = "redis://localhost:6379/0"
stream = "alerts"
[sources.other]
kind = "redis"
url = "redis://localhost:6379/0"
stream = "s"
group = "g"
field = "f"
consumer = "c"
rejects = "r"
"""

loaded = read(FULL, environ=ENVIRON, folder=Path("/etc/tocsin"))
configuration = loaded.configuration


def test_the_settings_around_the_decisions() -> None:
    assert loaded.text == FULL.encode()
    assert loaded.missing == ("receivers.everything.slack[2].webhook_url: ${HOOK} is not set",)
    assert loaded.warnings == ()
    assert loaded.service == ServiceSettings(
        url="https://alerts.example.com",
        timezone="Europe/Berlin",
        secret_file="/etc/tocsin/key",
    )
    assert loaded.slack == SlackSettings(
        signing_secret=Secret("${SIGNING}", "signing"), api_url="http://127.0.0.1:1/api"
    )
    assert loaded.api == ApiSettings(
        listen="0.0.0.0:9093",
        tokens=(
            ApiToken(
                name="grafana", token=Secret("${KEY}", "key"), may=frozenset({"read", "silence"})
            ),
        ),
    )


def test_the_sources_in_their_order() -> None:
    redis = Secret("routes.toml", "redis://localhost:6379/0")
    assert loaded.sources == (
        HttpSource(
            name="prometheus",
            kind="alertmanager",
            alertmanager_api=True,
            token=Secret("${KEY}", "key"),
        ),
        HttpSource(name="generic", kind="webhook"),
        RedisSource(name="stream", url=redis, stream="alerts", rejects="alerts:rejects"),
        RedisSource(
            name="other", url=redis, stream="s", group="g", field="f", consumer="c", rejects="r"
        ),
    )


def test_the_rules_of_the_service() -> None:
    assert configuration.fallback == ("receiver:everything", "team:all")
    assert configuration.fallback_every == 10 * MINUTE
    assert configuration.resolve_timeout == 3 * MINUTE
    assert configuration.recovery_grace == MINUTE
    assert configuration.retention == 7 * DAY
    assert configuration.max_alerts == 9_000
    assert configuration.url == "https://alerts.example.com"
    assert configuration.timezone == "Europe/Berlin"


ANA_EMAIL = EmailIntegration(
    send_resolved=False,
    to=("ana@example.com",),
    sender="Tocsin <alerts@example.com>",
    smarthost="smtp.example.com:587",
    username="tocsin",
    password=Secret("${MAIL}", "mail"),
    hello="alerts.example.com",
    tls="starttls",
)
KEY = Secret("${KEY}", "key")


def test_people_have_a_method_for_each_address() -> None:
    ana, bo = configuration.users["ana"], configuration.users["bo"]

    assert (ana.name, ana.timezone, ana.slack) == ("Ana Lima", "America/Sao_Paulo", "U02ANA")
    assert ana.urgent == (Contact("slack"), Contact("sms", MINUTE))
    assert ana.normal == (Contact("email", 15 * MINUTE),)
    assert ana.methods == {
        "slack": SlackIntegration(
            channel="U02ANA", token=Secret("${SLACK}", "slack"), api_url="http://127.0.0.1:1/api"
        ),
        "sms": SmsIntegration(
            to="+15555550101",
            sender="+15555550100",
            account=Secret("${SID}", "sid"),
            token=Secret("${TWILIO}", "twilio"),
        ),
        "email": ANA_EMAIL,
    }
    assert (bo.id, bo.name, bo.slack, bo.urgent) == ("bo", "bo", "", ())
    assert bo.methods == {
        "webhook": WebhookIntegration(
            url=Secret("routes.toml", "https://hooks.example.com/bo"),
            secret=KEY,
            timeout=5 * SECOND,
        ),
        "apprise": AppriseIntegration(url=Secret("routes.toml", "ntfy://ntfy.example.com/bo")),
    }


def test_teams_hold_people_once() -> None:
    assert configuration.teams == {"devops": ("bo", "ana"), "all": ("bo", "ana")}


def test_integrations_have_what_the_channel_shares_unless_they_say_otherwise() -> None:
    slack = Secret("${SLACK}", "slack")
    mail = Secret("${MAIL}", "mail")
    expected: list[Integration] = [
        SlackIntegration(channel="#ops", token=slack, api_url="http://127.0.0.1:1/api"),
        SlackIntegration(channel="#more", token=KEY, api_url="https://proxy.example.com"),
        SlackIntegration(send_resolved=False, webhook_url=Secret("${HOOK}", "")),
        PagerdutyIntegration(routing_key=KEY, api_url="https://events.eu.pagerduty.com"),
        PagerdutyIntegration(
            routing_key=Secret("${SID}", "sid"), api_url="https://events.eu.pagerduty.com"
        ),
        EmailIntegration(
            to=("ops@example.com", "Bo <bo@example.com>"),
            sender="Tocsin <alerts@example.com>",
            password=mail,
            hello="alerts.example.com",
            tls="starttls",
            smarthost="smtp.example.com:587",
            username="tocsin",
        ),
        EmailIntegration(
            send_resolved=False,
            to=("x@example.com",),
            sender="y@example.com",
            password=mail,
            hello="alerts.example.com",
            tls="none",
            smarthost="smtp.example.com:587",
            username="tocsin",
        ),
        *(
            SmsIntegration(
                to=number,
                sender="+15555550100",
                account=Secret("${SID}", "sid"),
                token=Secret("${TWILIO}", "twilio"),
            )
            for number in ("+15555550102", "+15555550103")
        ),
        WebhookIntegration(
            url=Secret("routes.toml", "https://hooks.example.com/in"),
            secret=KEY,
            max_alerts=5,
            timeout=5 * SECOND,
        ),
        AppriseIntegration(url=Secret("routes.toml", "discord://1/2")),
        ConsoleIntegration(),
    ]

    assert list(configuration.receivers["everything"].integrations) == expected


def test_policies_have_steps_or_a_digest() -> None:
    assert configuration.policies == {
        "critical": Policy(
            name="critical",
            priority="P0",
            urgency="normal",
            ack_timeout=30 * MINUTE,
            answer_within=5 * MINUTE,
            rounds=0,
            steps=(
                Step(("user:ana", "receiver:everything"), MINUTE),
                Step(("team:devops",), 5 * MINUTE),
            ),
        ),
        "daily": Policy(
            name="daily",
            answer_within=30 * MINUTE,
            digest=Digest(
                at=9 * 60 + 30,
                days=(0, 1, 2, 3, 4, 6),
                timezone="Europe/Berlin",
                notify=("team:all",),
            ),
        ),
    }


def test_routes_inherit_what_they_do_not_say() -> None:
    root = configuration.tree.root
    first, second = root.routes
    (deepest,) = first.routes

    assert (root.receiver, root.policy, root.group_by) == ("everything", "", ("alertname",))
    assert _times(root) == (30 * SECOND, 5 * MINUTE, 4 * HOUR)
    assert (first.receiver, first.policy, first.continue_) == ("", "critical", True)
    assert (first.group_by, first.group_by_all) == ((), True)
    assert _times(first) == (0, MINUTE, DAY)
    assert first.matchers == (
        Matcher("env", "!=", "dev"),
        Matcher("severity", "=~", "critical|page"),
        Matcher("team", "=", "db"),
    )
    assert (deepest.receiver, deepest.policy) == ("", "critical")
    assert (deepest.group_by, deepest.group_by_all) == ((), False)
    assert _times(deepest) == (0, MINUTE, DAY)
    assert deepest.mute_time_intervals == deepest.active_time_intervals == ("nights",)
    assert (second.receiver, second.policy, second.group_by) == ("", "daily", ("alertname",))


def _times(route: Route) -> tuple[int, int, int]:
    return route.group_wait, route.group_interval, route.repeat_interval


def test_inhibition_and_intervals() -> None:
    assert configuration.inhibit == (
        InhibitRule(
            source=(Matcher("severity", "=", "critical"),),
            target=(Matcher("severity", "=~", "warning|info"),),
            equal=("alertname", "cluster"),
            name="critical holds back warnings",
        ),
    )
    assert configuration.intervals == {
        "nights": (
            Interval(
                times=((22 * 60, 24 * 60),),
                weekdays=((1, 5), (6, 6)),
                days_of_month=((1, 1), (-3, -1)),
                months=((12, 12), (1, 1)),
                years=((2026, 2026), (2027, 2028)),
                location="UTC",
            ),
            Interval(location="Europe/Berlin"),
        )
    }


def test_ten_lines_page_somebody() -> None:
    text = """
[users.ana]
phone = "+15555550101"
[channels.sms]
account = "AC0"
token = "${TWILIO}"
from = "+15555550100"
[policies.ana]
steps = [{ notify = ["user:ana"] }]
[route]
policy = "ana"
"""
    small = read(text, environ=ENVIRON)

    assert text.count("\n") == 11
    assert small.configuration.policies["ana"].steps == (Step(("user:ana",), 5 * MINUTE),)
    assert list(small.configuration.users["ana"].methods) == ["sms"]
    assert small.configuration.fallback_every == 30 * MINUTE
    assert small.configuration.retention == 120 * HOUR
    assert small.service == ServiceSettings()
    assert small.api == ApiSettings(listen="127.0.0.1:9093")
    assert small.sources == (HttpSource(name="api", kind="alertmanager", alertmanager_api=True),)
    assert small.missing == ()


def test_the_smallest_file_tells_one_receiver() -> None:
    small = read(ROUTE + BASE)

    assert small.configuration.receivers["base"].integrations == (ConsoleIntegration(),)
    assert small.warnings == ()


def test_sources_that_do_not_claim_the_api_leave_it_to_one_of_its_own() -> None:
    sources = read(whole('[sources.x]\nkind = "webhook"\n')).sources

    assert [source.name for source in sources] == ["x", "api"]


def test_the_api_source_may_be_called_api() -> None:
    text = '[sources.api]\nkind = "alertmanager"\nalertmanager_api = true\ntoken = "${KEY}"\n'

    assert read(whole(text), environ=ENVIRON).sources == (
        HttpSource(name="api", kind="alertmanager", alertmanager_api=True, token=KEY),
    )


def _nested(depth: int) -> str:
    headers = (f"[[route{'.routes' * level}]]\n" for level in range(1, depth + 1))
    return f"[route]\nreceiver = 'base'\n{''.join(headers)}"


def test_routes_may_be_nested_fifty_deep() -> None:
    assert len(read(whole(_nested(50))).configuration.tree.routes) == 51


def test_routes_may_not_be_nested_deeper() -> None:
    path = "route" + ".routes[0]" * 50 + ".routes"

    assert problems(_nested(51)) == [f"routes.toml:53: {path}: routes are nested more than 50 deep"]


def test_broad_silences_are_refused_unless_they_are_allowed() -> None:
    assert read(whole("")).api.broad_silences == "refuse"
    assert read(whole('[api]\nbroad_silences = "allow"\n')).api.broad_silences == "allow"
    assert problems('[api]\nbroad_silences = "maybe"\n')
