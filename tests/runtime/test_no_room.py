"""What finds no room from a sender that does not come again: it is kept with the refusal."""

from msgspec.json import decode
from msgspec.structs import replace
from support.loop_bench import Bench, running
from support.small import reported

from router.core import event as e
from router.core.command import PutReject, PutSeen


async def crowd(bench: Bench) -> e.Reported:
    """An alert that finds no room."""
    one = replace(bench.loop.state.configuration, max_alerts=1)
    await bench.loop.submit([e.Reconfigured(one, b"")], urgent=True)
    await bench.loop.submit([bench.alert("warning", alertname="A")])
    made = reported(bench.clock.now().wall, "warning", {"alertname": "B"})
    said = b'{"summary":"B is down"}'
    return e.Reported(replace(made.report, annotations=said, cid="queue/7-0"))


async def test_an_entry_that_finds_no_room_is_received_and_rejected_in_one_commit() -> None:
    async with running() as bench:
        report = await crowd(bench)
        await bench.loop.submit([e.Received("queue", "7-0"), report], insists=True)
        seen = [batch for batch in bench.journal.batches if any(type(x) is PutSeen for x in batch)]
        ((rejected,),) = [[x for x in batch if isinstance(x, PutReject)] for batch in seen]
    assert rejected.reason.startswith("queue/7-0: the source 'prometheus' has as many alerts")
    assert decode(rejected.body) == {
        "labels": {"alertname": "B", "severity": "warning"},
        "annotations": {"summary": "B is down"},
    }


async def test_of_who_comes_again_nothing_is_kept() -> None:
    async with running() as bench:
        await bench.loop.submit([await crowd(bench)])
        kept = [x for batch in bench.journal.batches for x in batch if isinstance(x, PutReject)]
    assert not kept
