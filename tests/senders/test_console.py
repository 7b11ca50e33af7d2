"""The channel that prints."""

import io

import pytest
from support.channels import bot, pager
from support.outgoing import ACK, alert, no, outgoing, yes
from support.servers import PagerdutyServer, SlackServer

from router.core.integration import (
    AppriseIntegration,
    ConsoleIntegration,
    Integration,
    SlackIntegration,
    SmsIntegration,
)
from router.core.secret import Secret
from router.errors import PermanentDeliveryError, Withdrawn
from router.senders.senders import Senders

UNSET = Secret("${UNSET}", "")
SECRETLESS = [
    SlackIntegration(channel="#ops", token=UNSET),
    SmsIntegration(to="+1", sender="+2", account=UNSET, token=UNSET),
    AppriseIntegration(url=UNSET),
]


class Terminal(io.TextIOWrapper):
    """An ASCII terminal that counts writes."""

    def __init__(self) -> None:
        self.raw_bytes = io.BytesIO()
        self.writes: list[str] = []
        super().__init__(self.raw_bytes, encoding="ascii")

    def write(self, text: str) -> int:
        self.writes.append(text)
        return super().write(text)


async def test_a_page_is_one_readable_write() -> None:
    out = io.StringIO()
    async with Senders.open(out=out) as senders:
        await senders.send(outgoing(), ConsoleIntegration(), yes)
    rule = "-" * 72
    assert out.getvalue() == (
        f"{rule}\n"
        "console: [FIRING] critical: DiskFull\n"
        "  to           user:ana/sms\n"
        "  incident     #7 (triggered), open for 4m\n"
        "  policy       critical (P0), step 2 of round 1\n"
        "  what         Disk of db1 is 97 % full\n"
        "  where        instance=db1\n"
        "  firing       DiskFull since 2026-01-05 08:55:00 UTC (5m)\n"
        f"  acknowledge  {ACK}\n"
        f"{rule}\n"
    )


async def test_a_terminal_of_few_letters_gets_one_write_all_the_same() -> None:
    terminal = Terminal()
    async with Senders.open(out=terminal) as senders:
        page = outgoing(alert({"alertname": "Überlast 🔥"}), snapshot={"group_labels": {}})
        await senders.send(page, ConsoleIntegration(), yes)
    assert len(terminal.writes) == 1
    assert b"?berlast ?" in terminal.raw_bytes.getvalue()


async def test_no_label_can_drive_the_terminal() -> None:
    out = io.StringIO()
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31m\r\x08\u202e\u2066"
    async with Senders.open(out=out) as senders:
        page = outgoing(
            alert({"alertname": evil, "x": evil}, {"summary": evil}), snapshot={"note": evil}
        )
        await senders.send(page, ConsoleIntegration(), yes)
    assert not set(out.getvalue()) & set("\x1b\x07\x9b\r\x08\u202e\u2066")


async def test_a_withdrawn_page_is_not_printed() -> None:
    out = io.StringIO()
    async with Senders.open(out=out) as senders:
        with pytest.raises(Withdrawn):
            await senders.send(outgoing(), ConsoleIntegration(), no)
    assert out.getvalue() == ""


@pytest.mark.parametrize("lacking", SECRETLESS, ids=lambda lacking: lacking.kind)
async def test_without_its_secret_a_channel_prints_when_told_to(lacking: Integration) -> None:
    out = io.StringIO()
    async with Senders.open(console=True, out=out) as senders:
        await senders.send(outgoing(), lacking, yes)
        assert senders.destination(lacking).name == "console"
    assert f"\n{lacking.kind}: [FIRING]" in f"\n{out.getvalue()}"


@pytest.mark.parametrize("lacking", SECRETLESS, ids=lambda lacking: lacking.kind)
async def test_and_fails_for_ever_when_not(lacking: Integration) -> None:
    out = io.StringIO()
    async with Senders.open(out=out) as senders:
        with pytest.raises(PermanentDeliveryError, match=r"\$\{UNSET\} is not set"):
            await senders.send(outgoing(), lacking, yes)
        assert senders.destination(lacking).name != "console"
    assert out.getvalue() == ""


async def test_channels_with_their_secret_do_not_print(
    slack: SlackServer, pagerduty: PagerdutyServer
) -> None:
    out = io.StringIO()
    async with Senders.open(console=True, out=out) as senders:
        await senders.send(outgoing(), bot(slack), yes)
        await senders.send(outgoing(), pager(pagerduty), yes)
    assert len(slack.requests) == len(pagerduty.requests) == 1
    assert out.getvalue() == ""
