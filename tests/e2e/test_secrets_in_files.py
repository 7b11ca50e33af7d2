"""Secrets that are written into a configuration serve, and are not in the store."""

from pathlib import Path

import pytest
from support.inbox import Inbox
from support.service import Service

SECRET = "urlsecret42"
YML = """
route: {{receiver: ops, group_wait: 0s}}
receivers:
  - name: ops
    webhook_configs: [{{url: "{url}"}}]
"""
TOML = """
route = {{ receiver = "ops", group_wait = "0s" }}
[receivers.ops]
webhook = [{{ url = "{url}" }}]
"""


@pytest.mark.parametrize(("name", "text"), [("alertmanager.yml", YML), ("routes.toml", TOML)])
async def test_the_last_good_configuration_serves_and_no_copy_of_the_store_tells_its_secrets(
    name: str, text: str, tmp_path: Path
) -> None:
    async with Inbox() as inbox:
        config = tmp_path / name
        config.write_text(text.format(url=f"{inbox.url}/first/{SECRET}"))
        async with Service(tmp_path, config=config) as service:
            config.write_text(text.format(url=f"{inbox.url}/second/{SECRET}"))
            assert (await service.post("/-/reload")).status == 200
            assert await service.terminate() == 0
            config.write_text("route: [\n")
            service.expect("the last good routes.toml is served instead")
            await service.start()
            labels = {"labels": {"alertname": "A"}}
            assert (await service.post("/api/v2/alerts", [labels])).status == 200
            await inbox.wait(f"/second/{SECRET}")
            assert not inbox.to(f"/first/{SECRET}")
            (kept,) = (service.data / "last-good").iterdir()
            assert kept.stat().st_mode & 0o777 == 0o600
            assert SECRET in kept.read_text()
        stored = b"".join(path.read_bytes() for path in service.data.glob("tocsin.db*"))
        assert SECRET.encode() not in stored


async def test_a_store_without_it_says_that_the_file_must_be_right(tmp_path: Path) -> None:
    config = tmp_path / "alertmanager.yml"
    config.write_text(YML.format(url="http://127.0.0.1:9/hook"))
    async with Service(tmp_path, config=config) as service:
        assert await service.terminate() == 0
        for kept in (service.data / "last-good").iterdir():
            kept.unlink()
        config.write_text("route: [\n")
        service.expect("not valid YAML")
        await service.start(ready=False)
        assert await service.ended() == 2
        assert "the last good configuration is gone" in service.stderr
        config.write_text(YML.format(url="http://127.0.0.1:9/hook"))
        await service.start()
