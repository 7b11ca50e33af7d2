"""A Redis stream as a source: read in a consumer group, acknowledged after the commit."""

from collections.abc import Awaitable, Callable, Sequence

import anyio
import structlog
from redis.exceptions import RedisError, ResponseError

from router.core.moment import SECOND
from router.core.settings import RedisSource
from router.runtime.backoff import Backoff
from router.runtime.door import Door
from router.runtime.stream_consumer import CLAIM_START, Consumer, Timing
from router.runtime.stream_entry import Entry
from router.runtime.stream_intake import Counts, Decode, Intake, Seen

_LOST_GROUP = ("NOGROUP", "UNBLOCKED")  # The second: the stream went while we waited for it.
_CLOSE_SECONDS = 1.0
_log = structlog.get_logger("tocsin.stream")


class Stream:
    """Reads one stream for ever. An entry is acknowledged when what it caused is durable.

    Whatever ends in between, our process or Redis's, brings the entry again, and `seen` makes the
    second time harmless. Redis being away costs nothing but the stream.

    `connected` says whether Redis answers, `lag` how many entries of the stream were not yet given
    to the group (None: unknown).
    """

    def __init__(
        self,
        source: RedisSource,
        *,
        door: Door,
        decode: Decode,
        seen: Seen,
        timing: Timing | None = None,
        consumer: Consumer | None = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        """Nothing is sent yet.

        Raises:
            ConfigError: the source's address is none.
        """
        self.connected = False
        self.lag: int | None = None
        self._door = door
        self._timing = timing or Timing()
        self._sleep = sleep
        self._consumer = consumer or Consumer(source, self._timing)
        self._intake = Intake(
            source.name, source.field, door=door, decode=decode, seen=seen, sleep=sleep
        )
        self._backoff = Backoff()
        self._claim_due = 0
        self._measure_due = 0
        self._complained = False
        self._log = _log.bind(source=source.name, stream=source.stream)

    @property
    def counts(self) -> Counts:
        """What was received, repeated and rejected since the start."""
        return self._intake.counts

    async def run(self) -> None:
        """Read until cancelled. What was read by then and not acknowledged comes again."""
        try:
            while True:
                try:
                    await self._serve()
                except (RedisError, OSError) as error:
                    self._lost(error)
                await self._sleep(self._backoff.next())
        finally:
            self.connected = False
            with anyio.move_on_after(_CLOSE_SECONDS, shield=True):
                await self._consumer.close()

    async def _serve(self) -> None:
        await self._consumer.ensure_group()
        await self._replay()
        self._arrived()
        while True:
            try:
                await self._turn()
            except ResponseError as error:
                if not str(error).startswith(_LOST_GROUP):
                    raise
                self._log.warning("the stream has lost its consumer group; making it again")
                await self._consumer.ensure_group()

    async def _turn(self) -> None:
        service = self._door.now().service
        if service >= self._claim_due:
            self._claim_due = service + int(self._timing.claim_every_seconds * SECOND)
            await self._claim()
        if service >= self._measure_due:
            self._measure_due = service + int(self._timing.measure_every_seconds * SECOND)
            await self._measure()
        await self._take(await self._consumer.new())

    async def _replay(self) -> None:
        """Take what was given to us before and not acknowledged."""
        after = "0"
        while entries := await self._consumer.pending(after):
            await self._take(entries)
            after = entries[-1].id

    async def _claim(self) -> None:
        """Take what others left lying, and forget who they were once nothing is left.

        Redis before 6.2 cannot give it: then it stays there.
        """
        cursor = ""
        while cursor != CLAIM_START:
            try:
                cursor, entries = await self._consumer.claim(cursor or CLAIM_START)
            except ResponseError as error:
                if str(error).startswith(_LOST_GROUP):
                    raise
                self._log.warning("entries of others cannot be claimed", error=str(error))
                return
            await self._take(entries)
        await self._forget_dead()

    async def _forget_dead(self) -> None:
        """Names of consumers that are gone cost a little for ever. Who may not, leaves them."""
        try:
            gone = await self._consumer.forget_dead()
        except ResponseError:
            return
        if gone:
            self._log.info("consumers that were long gone are deleted", consumers=gone)

    async def _measure(self) -> None:
        try:
            self.lag = await self._consumer.lag()
        except ResponseError:  # Not allowed to ask, or no stream: reading it says so better.
            self.lag = None

    async def _take(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        settled = await self._intake.take(entries)
        if settled.done:
            await self._consumer.acknowledge(settled.done)
        for refused in settled.refused:
            try:
                await self._consumer.move(refused)
            except ResponseError as error:
                self._log.error("a refused entry cannot be moved", error=str(error))
                continue
            self._intake.forget(refused.entry)
            self._log.warning("entry refused", entry=refused.entry, reason=refused.reason)

    def _arrived(self) -> None:
        self.connected = True
        self._complained = False
        self._backoff.reset()
        self._claim_due = self._measure_due = self._door.now().service
        self._log.info("the stream is being read")

    def _lost(self, error: Exception) -> None:
        self.connected = False
        self.lag = None
        if not self._complained:
            self._complained = True
            self._log.warning("the stream cannot be read; trying again", error=str(error))
