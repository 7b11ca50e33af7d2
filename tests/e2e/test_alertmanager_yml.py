"""An alertmanager.yml is served as it is, by the whole program; its import is served the same."""

import shutil
import signal
from pathlib import Path

import pytest
from support.command import run
from support.eventually import eventually
from support.inbox import Inbox
from support.service import Service
from support.shell import tocsin

CONFIG = """
global:
  resolve_timeout: 5m
route:
  receiver: ops
  group_by: [alertname]
  group_wait: 100ms
  group_interval: 300ms
  routes:
    # Databases have people of their own.
    - match_re: {{service: db.*}}
      receiver: database
      continue: yes
    - matchers: [severity="critical", team!~"a|b"]
      receiver: database
inhibit_rules:
  - source_match: {{severity: critical}}
    target_match: {{severity: warning}}
    equal: [cluster]
receivers:
  - name: ops
    webhook_configs: [{{url: "{inbox}/ops"}}]
  - name: database
    webhook_configs:
      - {database}
        send_resolved: no
"""
LABELS = (("service=db1",), ("service=web", "severity=critical"), ("service=web",))


@pytest.mark.parametrize("notation", ["alertmanager.yml", "routes.toml"])
async def test_it_routes_as_amtool_says_and_posts(tmp_path: Path, notation: str) -> None:
    async with Inbox() as inbox:
        written = tmp_path / "alertmanager.yml"
        written.write_text(CONFIG.format(inbox=inbox.url, database=f"url: {inbox.url}/database"))
        environ = {}
        if notation == "routes.toml":
            done = await tocsin("import", str(written))
            assert done.code == 0, done
            assert inbox.url not in done.out
            (tmp_path / notation).write_text(done.out)
            environ = {
                "OPS_WEBHOOK_URL": f"{inbox.url}/ops",
                "DATABASE_WEBHOOK_URL": f"{inbox.url}/database",
            }
            checked = await tocsin("check", str(tmp_path / notation), environ=environ)
            assert checked.code == 0, checked
            assert "warning" not in checked.out
        config = tmp_path / notation
        async with Service(tmp_path, config=config, environ=environ) as service:
            for labels in LABELS:
                offline = await amtool(
                    "config", "routes", "test", f"--config.file={written}", *labels
                )
                online = await amtool(
                    f"--alertmanager.url={service.url}", "config", "routes", "test", *labels
                )
                assert offline == online
            await amtool(f"--alertmanager.url={service.url}", "alert", "add", "Full", "service=db1")
            (letter,) = await inbox.wait("/database")
            assert letter.json()["groupKey"] == ('{}/{service=~"^(?:db.*)$"}:{alertname="Full"}'), (
                "the key Alertmanager gives it, so that what is open elsewhere is closed"
            )
            assert letter.json()["receiver"] == "database"


async def test_an_edit_of_it_is_taken_over_and_a_mistake_is_not(tmp_path: Path) -> None:
    async with Inbox() as inbox:
        config = tmp_path / "alertmanager.yml"
        text = CONFIG.format(inbox=inbox.url, database="url_file: hook")
        config.write_text(text)
        (tmp_path / "hook").write_text(f"{inbox.url}/database\n")
        async with Service(tmp_path, config=config) as service:
            service.expect("not taken over")
            config.write_text(text.replace("receiver: ops", "reciever: ops"))
            service.signal(signal.SIGHUP)
            await eventually(
                "the mistake is named",
                lambda: "field reciever not found in route" in service.stderr,
            )
            config.write_text(text.replace("group_interval: 300ms", "group_interval: 200ms"))
            await eventually("it is in force", lambda: in_force(service) == 1)
            (tmp_path / "hook").write_text(f"{inbox.url}/elsewhere\n")
            await eventually("the other file is noticed", lambda: in_force(service) == 2)
            await amtool(f"--alertmanager.url={service.url}", "alert", "add", "Full", "service=db1")
            await inbox.wait("/elsewhere")


def in_force(service: Service) -> int:
    """How many edits were taken over."""
    return service.stderr.count("is in force")


async def test_other_machines_are_let_in_only_if_that_is_said(tmp_path: Path) -> None:
    config = tmp_path / "alertmanager.yml"
    config.write_text("route: {receiver: ops}\nreceivers: [{name: ops}]\n")
    done = await tocsin(
        "serve", "--config", str(config), "--data", str(tmp_path / "data"), "--listen", ":0"
    )
    assert done.code == 2
    assert "--open" in done.err


async def amtool(*words: str) -> str:
    program = shutil.which("amtool")
    assert program is not None, "install prometheus-alertmanager, which brings amtool"
    done = await run([program, *words])
    assert done.code == 0, done
    return done.out
