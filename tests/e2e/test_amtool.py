"""Alertmanager's own command line works against the whole program."""

import json
import shutil
from pathlib import Path

from support.command import run
from support.inbox import Inbox
from support.service import Service

ROUTES = """
[receivers.ops]
webhook = [{{ url = "{inbox}/ops" }}]
[receivers.database]
webhook = [{{ url = "{inbox}/database" }}]
[route]
receiver = "ops"
group_by = ["alertname"]
group_wait = "300ms"
group_interval = "300ms"
[[route.routes]]
matchers = ['service="db"']
receiver = "database"
"""


async def test_amtool_reports_finds_silences_and_checks(tmp_path: Path) -> None:
    async with Inbox() as inbox, Service(tmp_path, ROUTES.format(inbox=inbox.url)) as service:

        async def amtool(*words: str) -> str:
            program = shutil.which("amtool")
            assert program is not None, "install prometheus-alertmanager, which brings amtool"
            done = await run([program, f"--alertmanager.url={service.url}", *words])
            assert done.code == 0, done
            return done.out

        silence = ("silence", "add", "alertname=Quiet", "-a", "ana", "-c", "known", "-d", "1h")
        number = (await amtool(*silence)).strip()
        assert number in await amtool("silence", "query")
        await amtool("alert", "add", "Quiet", "service=db")
        await amtool("alert", "add", "Loud", "service=db", "--annotation=summary=It is loud")
        (loud,) = await inbox.wait("/database")
        assert loud.json()["commonAnnotations"] == {"summary": "It is loud"}

        shown = json.loads(await amtool("alert", "query", "-o", "json"))
        assert [alert["labels"]["alertname"] for alert in shown] == ["Loud"]
        shown = json.loads(await amtool("alert", "query", "--silenced", "-o", "json"))
        assert [alert["status"]["silencedBy"] for alert in shown] == [[number]]
        await amtool("silence", "expire", number)
        assert number not in await amtool("silence", "query")
        (quiet,) = (await inbox.wait("/database", 2))[1:]
        assert quiet.json()["commonLabels"]["alertname"] == "Quiet", "it is silenced no longer"

        assert "ops" in await amtool("config", "show")
        assert "database" in await amtool("config", "routes", "show")
        tested = await amtool(
            "config", "routes", "test", "--verify.receivers=database", "service=db"
        )
        assert tested.strip() == "database"
        written = tmp_path / "alertmanager.yml"
        status = (await service.get("/api/v2/status")).json()
        written.write_text(status["config"]["original"])
        assert "SUCCESS" in await amtool("check-config", str(written))
