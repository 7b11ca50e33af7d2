"""What Alertmanager refuses is refused, in its words; what it takes is taken."""

import re
import subprocess
from pathlib import Path
from random import Random

import pytest
from support.alertmanager_files import Files

from router.config.alertmanager.document import read

ROUTE = "route: {receiver: ops}\n"
OPS = "receivers: [{name: ops}]\n"
# Label names that are not letters, digits and _ came with Alertmanager 0.27, and later ones take
# OAuth without a secret.
NEWER = re.compile(r"(?:in)?valid label name|either oauth2 client_secret")


def problems(text: str) -> list[str]:
    return read(text.encode(), "alertmanager.yml").findings.problems


def receiver(entry: str, kind: str = "webhook") -> str:
    return f"{ROUTE}receivers: [{{name: ops, {kind}_configs: [{entry}]}}]\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OPS, "no routes provided"),
        (f"route: {{}}\n{OPS}", "root route must specify a default receiver"),
        (
            f"route: {{receiver: ops, match: {{a: b}}}}\n{OPS}",
            "root route must not have any matchers",
        ),
        (
            f"route: {{receiver: ops, mute_time_intervals: [x]}}\n{OPS}",
            "root route must not have any mute time intervals",
        ),
        (
            f"route: {{receiver: ops, active_time_intervals: [x]}}\n{OPS}",
            "root route must not have any active time intervals",
        ),
        (f"route: {{receiver: ops, continue: true}}\n{OPS}", "cannot have continue in root route"),
        (f"{ROUTE}receivers: [{{}}, {{name: ops}}]\n", "missing name in receiver"),
        (
            f"{ROUTE}receivers: [{{name: ops}}, {{name: ops}}]\n",
            "notification config name 'ops' is not unique",
        ),
        (
            f"route: {{receiver: opps}}\n{OPS}",
            "undefined receiver \"opps\" used in route; did you mean 'ops'?",
        ),
        (
            f"route: {{receiver: ops, routes: [{{mute_time_intervals: [x]}}]}}\n{OPS}",
            'undefined time interval "x" used in route',
        ),
        (f"{ROUTE}{OPS}time_intervals: [{{}}]\n", "missing name in time interval"),
        (
            f"{ROUTE}{OPS}mute_time_intervals: [{{name: a}}, {{name: a}}]\n",
            "mute time interval 'a' is not unique",
        ),
        (
            f"{ROUTE}{OPS}mute_time_intervals: [{{name: a}}]\ntime_intervals: [{{name: a}}]\n",
            "time interval 'a' is not unique",
        ),
        (
            f"route: {{receiver: ops, group_by: [a, a]}}\n{OPS}",
            "duplicated label 'a' in group_by",
        ),
        (
            f"route: {{receiver: ops, group_by: [a, '...']}}\n{OPS}",
            "cannot have wildcard group_by (`...`) and other labels at the same time",
        ),
        (
            f"route: {{receiver: ops, group_by: ['']}}\n{OPS}",
            "invalid label name '' in group_by list",
        ),
        (f"route: {{receiver: ops, group_interval: 0s}}\n{OPS}", "group_interval cannot be zero"),
        (f"route: {{receiver: ops, repeat_interval: 0}}\n{OPS}", "repeat_interval cannot be zero"),
        (
            f"global: {{opsgenie_api_key: a, opsgenie_api_key_file: b}}\n{ROUTE}{OPS}",
            "at most one of opsgenie_api_key & opsgenie_api_key_file must be configured",
        ),
        (receiver("{}"), "one of url or url_file must be configured"),
        (
            receiver("{url: 'http://a/', url_file: b}"),
            "at most one of url & url_file must be configured",
        ),
        (receiver("{url: 'ftp://a/'}"), "unsupported scheme 'ftp' for URL"),
        (receiver("null"), "missing webhook config"),
        (receiver("{}", "slack"), "no Slack API URL nor App token set"),
        (receiver("{to: a@b}", "email"), "no global SMTP smarthost set"),
        (receiver("{smarthost: 'a:25', from: a@b}", "email"), "missing to address in email config"),
        (receiver("{}", "pagerduty"), "missing service or routing key in PagerDuty config"),
        (receiver("{chat_id: 1}", "telegram"), "missing bot_token or bot_token_file"),
        *(
            (f"global: {{{key}: null}}\n{receiver(entry, kind)}", f"no global {name} URL set")
            for key, kind, entry, name in (
                ("pagerduty_url", "pagerduty", "{routing_key: a}", "PagerDuty"),
                ("opsgenie_api_url", "opsgenie", "{api_key: a}", "OpsGenie"),
                ("victorops_api_url", "victorops", "{api_key: a, routing_key: b}", "VictorOps"),
                ("wechat_api_url", "wechat", "{corp_id: a, api_secret: b}", "Wechat"),
                (
                    "webex_api_url",
                    "webex",
                    "{room_id: a, http_config: {authorization: {credentials: x}}}",
                    "Webex",
                ),
            )
        ),
    ],
)
def test_a_mistake_is_named_in_upstreams_words(text: str, said: str) -> None:
    assert said in "\n".join(problems(text))


def test_group_wait_may_be_zero_and_a_receiver_may_do_nothing() -> None:
    assert problems(f"route: {{receiver: ops, group_wait: 0s}}\n{OPS}") == []


def test_what_came_up_to_0_34_is_known() -> None:
    text = """
        global: {telegram_bot_token: "1:a", smtp_force_implicit_tls: true, slack_app_token: xoxb-1}
        route: {receiver: ops, labels: {team: "{{ .GroupLabels.team }}"}}
        inhibit_rules: [{name: first, source_matchers: [a=b], target_matchers: ['"é"=b']}]
        receivers:
          - name: ops
            labels: {name: ops, tier: "1"}
            webhook_configs: [{url: "https://a/{{ .X }}", timeout: 1.5s, payload: {a: [1]}}]
            slack_configs: [{channel: "#ops", message_text: hi, timeout: 5s}]
            telegram_configs: [{chat_id_file: chat, message_thread_id: 3}]
            msteamsv2_configs: [{webhook_url: "https://a/"}]
            incidentio_configs: [{url: "https://a/", alert_source_token: x}]
            mattermost_configs: [{webhook_url: "https://a/hooks/b", priority: {priority: urgent}}]
            email_configs:
              - to: a@b.c
                from: a@b.c
                smarthost: "a:25"
                threading: {enabled: true, thread_by_date: daily}
        tracing: {endpoint: "localhost:4317"}
        event_recorder: {stdout_outputs: [{}]}
    """
    assert problems(text) == []


@pytest.mark.parametrize("kind", ["sound", "broken", "checked"])
def test_amtool_says_the_same_of_random_files(kind: str, tmp_path: Path) -> None:
    """Debian's amtool is asked; a name that only later versions take is left out."""
    count = 200
    for seed in range(count):
        files = Files(Random(seed))
        tree = files.sound() if kind == "sound" else files.broken(everything=kind == "checked")
        (tmp_path / f"{seed}.yml").write_text(files.text(tree))
    theirs = verdicts(tmp_path)
    differ = []
    for seed in range(count):
        path = tmp_path / f"{seed}.yml"
        found = read(path.read_bytes(), path.name).findings.problems
        said = theirs[str(path)]
        if said != "CRASHED" and (said == "SUCCESS") == bool(found) and not NEWER.search(said):
            differ.append((seed, said, found, path.read_text()))
    assert not differ, differ[0]
    refused = sum(said != "SUCCESS" for said in theirs.values())
    assert refused == 0 if kind == "sound" else 50 < refused < count


def verdicts(folder: Path) -> dict[str, str]:
    """What amtool says of every file: SUCCESS, its reason, or CRASHED where it does that."""
    waiting = sorted(map(str, folder.glob("*.yml")))
    found: dict[str, str] = {}
    while waiting:
        done = subprocess.run(
            ["amtool", "check-config", *waiting], capture_output=True, text=True, check=False
        )
        said = re.findall(r"^Checking '([^']+)'  (SUCCESS|FAILED: .*)$", done.stdout, re.MULTILINE)
        found |= dict(said)
        waiting = waiting[len(said) :]
        if waiting:
            assert "panic:" in done.stderr, done
            found[waiting.pop(0)] = "CRASHED"
    return found
