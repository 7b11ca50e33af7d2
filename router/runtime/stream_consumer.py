"""One consumer of one group of a Redis stream: the commands it needs, each sent once."""

from collections.abc import Sequence
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError

from router.core.settings import RedisSource
from router.errors import ConfigError
from router.runtime.stream_entry import Entry, claimed_entries, read_entries
from router.runtime.stream_intake import Refused

CLAIM_START = "0-0"

# In one go, as one who comes back in between would lose what it was just given.
_FORGET = """
local gone = {}
for _, found in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
    local is = {}
    for at = 1, #found, 2 do is[found[at]] = found[at + 1] end
    if is['name'] ~= ARGV[2] and is['pending'] == 0 and is['idle'] >= tonumber(ARGV[3]) then
        redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], is['name'])
        gone[#gone + 1] = is['name']
    end
end
return gone
"""


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """How long and how much at once. A read waits `block_seconds` for new entries.

    Entries another consumer has left for `claim_idle_seconds` are taken over; we look every
    `claim_every_seconds`. A consumer that has nothing left and was not heard of for
    `dead_after_seconds` is deleted. The rejects stream is kept at about `rejects_most` entries.
    """

    block_seconds: float = 2.0
    timeout_seconds: float = 5.0
    claim_idle_seconds: float = 60.0
    claim_every_seconds: float = 30.0
    dead_after_seconds: float = 86_400.0
    measure_every_seconds: float = 5.0
    entries_at_once: int = 128
    rejects_most: int = 10_000


class Consumer:
    """Speaks to Redis. Every method may raise redis-py's RedisError, or an OSError."""

    def __init__(self, source: RedisSource, timing: Timing) -> None:
        self._source = source
        self._timing = timing
        self._redis = _client(source, timing)

    async def ensure_group(self) -> None:
        """Make the group if it is not there, with the stream, from the stream's first entry on."""
        stream, group = self._source.stream, self._source.group
        try:
            await self._redis.xgroup_create(stream, group, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    async def new(self) -> list[Entry]:
        """Entries nobody was given yet; waits for some."""
        return await self._read(">", int(self._timing.block_seconds * 1000))

    async def pending(self, after: str) -> list[Entry]:
        """Entries given to us before and not acknowledged, of those after this id."""
        return await self._read(after, None)

    async def claim(self, start: str) -> tuple[str, list[Entry]]:
        """Where to go on (CLAIM_START: nowhere), and what others left lying, now given to us."""
        reply: Any = await self._redis.xautoclaim(
            self._source.stream,
            self._source.group,
            self._source.consumer,
            min_idle_time=int(self._timing.claim_idle_seconds * 1000),
            start_id=start,
            count=self._timing.entries_at_once,
        )
        return claimed_entries(reply)

    async def forget_dead(self) -> list[str]:
        """Delete consumers that are long gone and left nothing; their names."""
        idle = int(self._timing.dead_after_seconds * 1000)
        arguments = (self._source.stream, self._source.group, self._source.consumer, str(idle))
        reply: Any = await self._redis.eval(_FORGET, 1, *arguments)
        return [name.decode(errors="replace") for name in reply]

    async def acknowledge(self, ids: Sequence[str]) -> None:
        """These entries need not come again."""
        await self._redis.xack(self._source.stream, self._source.group, *ids)

    async def move(self, refused: Refused) -> None:
        """Put an entry among the rejects and acknowledge it: both or neither."""
        fields: Any = {"id": refused.entry, "reason": refused.reason, "payload": refused.body}
        most = self._timing.rejects_most
        async with self._redis.pipeline(transaction=True) as both:
            both.xadd(self._source.rejects, fields, maxlen=most, approximate=True)
            both.xack(self._source.stream, self._source.group, refused.entry)
            await both.execute()

    async def lag(self) -> int | None:
        """How many entries the group was not given yet; None when Redis cannot tell."""
        groups: Any = await self._redis.xinfo_groups(self._source.stream)
        name = self._source.group.encode()
        return next((group.get("lag") for group in groups if group["name"] == name), None)

    async def close(self) -> None:
        """Hang up."""
        await self._redis.aclose()

    async def _read(self, after: str, block: int | None) -> list[Entry]:
        reply: Any = await self._redis.xreadgroup(
            self._source.group,
            self._source.consumer,
            {self._source.stream: after},
            count=self._timing.entries_at_once,
            block=block,
        )
        return read_entries(reply)


def _client(source: RedisSource, timing: Timing) -> Redis:
    """A client that repeats nothing by itself and outwaits its own blocking reads.

    redis-py's defaults give up on every read that blocks for five seconds, and send again what may
    have been done already.

    Raises:
        ConfigError: the address is none that redis-py understands.
    """
    retry = Retry(NoBackoff(), 0)
    try:
        redis = Redis.from_url(source.url.value, client_name="tocsin", retry=retry)
        pool = redis.connection_pool
        pool.connection_kwargs |= {
            "decode_responses": False,
            "socket_timeout": timing.block_seconds + timing.timeout_seconds,
            "socket_connect_timeout": timing.timeout_seconds,
        }
        pool.connection_class(**pool.connection_kwargs)
    except (ValueError, TypeError):  # Not chained: its text may hold the password.
        address = (
            f"sources.{source.name}.url: {source.url.origin} holds no address that can be used"
        )
        raise ConfigError([f"{address}; write it as redis://HOST:PORT/DB"]) from None
    return redis
