"""Clients that send too much, too slowly, or nothing at all."""

import gzip
import io
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import pytest
from msgspec.structs import replace
from support.site import Site, raw, rest, site

from router.web.rooms import Limits

LIMITS = Limits(
    body_bytes=100_000,
    body_seconds=0.8,
    head_seconds=0.4,
    idle_seconds=0.8,
    stall_seconds=0.4,
    linger_seconds=0.1,
    connections=8,
    drain_seconds=0.5,
)
HEAD = b"POST /webhook/any HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[Site]:
    """A web with little patience."""
    async with site(tmp_path, limits=LIMITS) as found:
        yield found


async def status(here: Site, body: bytes, **headers: str) -> int:
    sent = io.BytesIO(body)
    async with here.http.post("/webhook/any", data=sent, headers=headers) as answer:
        return answer.status


async def test_the_limit_of_a_body_is_exact(strict: Site) -> None:
    text = b'{"title": "' + b"x" * (100_000 - 13) + b'"}'
    assert len(text) == 100_000
    assert await status(strict, text) == 200
    assert await status(strict, text + b" ") == 413


async def test_two_megabytes_are_taken_by_default(here: Site) -> None:
    assert Limits().body_bytes == 2 * 1024 * 1024
    assert await status(here, b'{"title": "' + b"x" * 1_900_000 + b'"}') == 200
    assert await status(here, b"x" * (2 * 1024 * 1024 + 1)) == 413


async def test_a_bomb_is_refused_before_it_is_inflated(here: Site) -> None:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(squeeze.compress(b"\0" * 1_000_000) for _ in range(300)) + squeeze.flush()
    assert len(bomb) < 400_000
    with anyio.fail_after(5):
        assert await status(here, bomb, **{"Content-Encoding": "gzip"}) == 413
    with anyio.fail_after(5):
        assert await status(here, b'{"title": "still here"}') == 200


async def test_the_rest_of_a_bomb_is_not_even_looked_at(tmp_path: Path) -> None:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    fuse = squeeze.compress(b"\0" * 50_000_000)
    coding = b"Content-Encoding: gzip\r\n"
    async with site(tmp_path, limits=replace(LIMITS, linger_seconds=30)) as here:
        head = (HEAD % 1_000_000).replace(b"Host: x\r\n", b"Host: x\r\n" + coding)
        answer = await raw(here, head + fuse)
    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_what_gzip_inflates_to_is_what_counts(strict: Site) -> None:
    fits = gzip.compress(b'{"title": "' + b"x" * 90_000 + b'"}')
    bursts = gzip.compress(b'{"title": "' + b"x" * 100_001 + b'"}')
    assert await status(strict, fits, **{"Content-Encoding": "gzip"}) == 200
    assert await status(strict, bursts, **{"Content-Encoding": "gzip"}) == 413


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "compress", "gzip, gzip", "x"])
async def test_no_other_compression_is_taken(encoding: str, strict: Site) -> None:
    coding = b"Content-Encoding: " + encoding.encode() + b"\r\n"
    head = b"POST /webhook/any HTTP/1.1\r\nHost: x\r\n" + coding + b"Content-Length: 2\r\n\r\n"
    answer = await raw(strict, head + b"{}")
    assert answer.startswith((b"HTTP/1.1 415 ", b"HTTP/1.0 400 "))
    assert b"aiohttp" not in answer
    assert not strict.door.events


async def test_a_body_that_is_not_gzip_is_400(strict: Site) -> None:
    assert await status(strict, b"not gzip at all", **{"Content-Encoding": "gzip"}) == 400


async def test_half_a_body_times_out(strict: Site) -> None:
    began = anyio.current_time()
    answer = await raw(strict, HEAD % 100 + b'{"title":')
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"Connection: close" in answer
    assert 0.8 <= anyio.current_time() - began < 3
    assert not strict.loop.state.alerts


async def test_a_body_that_trickles_times_out_too(strict: Site) -> None:
    with anyio.fail_after(5):
        async with await anyio.connect_tcp("127.0.0.1", strict.server.port) as wire:
            await wire.send(HEAD % 100)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(trickle, wire)
                answer = await rest(wire)
                tasks.cancel_scope.cancel()
    assert answer.startswith(b"HTTP/1.1 408 ")


async def trickle(wire: anyio.abc.ByteStream) -> None:
    try:
        while True:
            await wire.send(b" ")
            await anyio.sleep(0.05)
    except anyio.BrokenResourceError:
        return


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"GET /health/live HT", id="half a line"),
        pytest.param(b"GET /health/live HTTP/1.1\r\nHost: x\r\n", id="half a head"),
    ],
)
async def test_who_does_not_finish_a_first_head_is_cut_off(sent: bytes, tmp_path: Path) -> None:
    async with site(tmp_path, limits=replace(LIMITS, idle_seconds=30)) as here:
        began = anyio.current_time()
        assert await raw(here, sent) == b""
        assert anyio.current_time() - began >= 0.4


async def test_who_goes_idle_between_requests_is_cut_off_later(strict: Site) -> None:
    began = anyio.current_time()
    answer = await raw(strict, b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\nGET /hea")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.count(b"HTTP/1.1") == 1
    assert anyio.current_time() - began >= 0.8


async def test_who_does_not_read_is_cut_off(strict: Site) -> None:
    alert: dict[str, Any] = {
        "labels": {"alertname": "A"},
        "annotations": {"summary": "x" * 90_000},
    }
    for n in range(60):
        alert["labels"]["n"] = str(n)
        async with strict.http.post("/api/v2/alerts", json=[alert]) as answer:
            assert answer.status == 200
    async with await anyio.connect_tcp("127.0.0.1", strict.server.port) as wire:
        await wire.send(b"GET /api/v2/alerts HTTP/1.1\r\nHost: x\r\n\r\n")
        await strict.until(lambda: not waiting_for(strict, wire))
        with anyio.fail_after(5):
            await strict.until(lambda: not present(strict, wire))
        assert len(await rest(wire)) < 60 * 90_000


def present(here: Site, wire: anyio.abc.SocketStream) -> bool:
    mine = wire.extra(anyio.abc.SocketAttribute.local_address)
    return any(c.peername == mine for c in here.server.crowd.open)


def waiting_for(here: Site, wire: anyio.abc.SocketStream) -> bool:
    mine = wire.extra(anyio.abc.SocketAttribute.local_address)
    return any(c.peername == mine for c in here.server.crowd.waiting)


async def test_of_too_many_connections_the_one_idle_longest_makes_room(strict: Site) -> None:
    wires = [await anyio.connect_tcp("127.0.0.1", strict.server.port) for _ in range(8)]
    await strict.until(lambda: len(strict.server.crowd.open) == 8)
    assert await status(strict, b'{"title": "let me in"}') == 200
    with anyio.fail_after(0.35):
        assert await rest(wires[0]) == b""
    assert len(strict.server.crowd.open) == 8
    for wire in wires:
        await wire.aclose()
    await strict.until(lambda: len(strict.server.crowd.open) <= 1)


async def test_when_all_are_busy_a_newcomer_is_turned_away(strict: Site) -> None:
    wires = [await anyio.connect_tcp("127.0.0.1", strict.server.port) for _ in range(8)]
    for wire in wires:
        await wire.send(HEAD % 100)
    await strict.until(lambda: len(strict.server.crowd.open) == 8)
    await strict.until(lambda: not strict.server.crowd.waiting)
    assert await raw(strict, b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n") == b""
    assert strict.server.crowd.turned_away == 1
    for wire in wires:
        await wire.aclose()
    await strict.until(lambda: not strict.server.crowd.open)
    assert await status(strict, b'{"title": "let me in"}') == 200


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"X: " + b"x" * 9000, id="one header too long"),
        pytest.param(b"\r\n".join(b"X%d: y" % n for n in range(100)), id="too many headers"),
        pytest.param(b"Content-Length: 1\r\nTransfer-Encoding: chunked", id="two lengths"),
        pytest.param(b"Content-Length: 1\r\nContent-Length: 2", id="two different lengths"),
        pytest.param(b"Content-Length: +1", id="a length with a sign"),
        pytest.param(b"Transfer-Encoding: xchunked", id="a coding nobody knows"),
        pytest.param(b"Bad Header: x", id="a name with a blank"),
        pytest.param(b"X: a\x00b", id="a value with a zero byte"),
    ],
)
async def test_a_head_that_is_no_head_is_400(head: bytes, strict: Site) -> None:
    answer = await raw(strict, b"POST /webhook/any HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.0 400 ")
    assert answer.endswith(b"\r\n\r\nthis cannot be read as a request\n")
    assert answer.count(b"HTTP/1.") == 1, "and nothing after it is taken for another request"
    assert not strict.door.events


async def test_a_request_line_too_long_is_400(strict: Site) -> None:
    answer = await raw(strict, b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.0 400 ")


async def test_who_leaves_in_the_middle_of_a_body_does_no_harm(strict: Site) -> None:
    for _ in range(20):
        async with await anyio.connect_tcp("127.0.0.1", strict.server.port) as wire:
            await wire.send(HEAD % 100 + b"{")
    await strict.until(lambda: not strict.server.crowd.open)
    assert await status(strict, b'{"title": "fine"}') == 200
