"""Ten different mistakes in one file are ten messages, each with its line, in order."""

from support.routes_file import problems

TEN = """\
[service]
timezone = "Europe/Belrin"
fallback_evry = "30m"

[users.ana]
name = "Ana Lima"
email = "ana at example.com"
phone = 15555550101

[teams.devops]
members = ["team:platform"]
[teams.platform]
members = ["ana", "team:devops"]

[policies.critical]
[[policies.critical.steps]]
notify = ["user:anna"]
wait = "5 minutes"

[policies.empty]

[route]
receiver = "opps"
group_by = [
  "alertname",
  "alertname",
]

[receivers.ops]
console = [{}]
"""


def test_ten_mistakes_are_ten_messages() -> None:
    assert problems(TEN) == [
        "routes.toml:2: service.timezone: there is no time zone 'Europe/Belrin'"
        "; did you mean 'Europe/Berlin'?",
        "routes.toml:3: service.fallback_evry: unknown key 'fallback_evry'"
        "; did you mean 'fallback_every'?",
        "routes.toml:7: users.ana.email: is no mail address; write it like ana@example.com",
        "routes.toml:8: users.ana.phone: expected text, got a whole number",
        "routes.toml:11: teams.devops.members: contains itself: devops -> platform -> devops",
        "routes.toml:17: policies.critical.steps[0].notify[0]: no user 'anna'"
        "; did you mean 'user:ana'?",
        "routes.toml:18: policies.critical.steps[0].wait: '5 minutes' is no duration"
        "; write it like 90s, 5m, 1h30m or 1d",
        "routes.toml:20: policies.empty: has no steps; add [[policies.empty.steps]], or a digest",
        "routes.toml:23: route.receiver: no receiver 'opps'; did you mean 'ops'?",
        "routes.toml:26: route.group_by[1]: 'alertname' is there twice",
    ]
