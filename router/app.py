"""Opens every room, connects them, and runs them until told to stop. No other file knows all."""

import asyncio
import signal
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from functools import partial
from importlib.metadata import version
from typing import Any

import anyio
import structlog

from router import boot
from router.boot import ServeOptions
from router.config.load import Loaded
from router.core.event import Event, Reconfigured, Started
from router.core.notification import Delivery
from router.core.outgoing import Outgoing
from router.core.override import ignored
from router.core.secret import Secret, secrets_in
from router.core.settings import HttpSource, RedisSource, is_loopback
from router.core.state import State
from router.core.stored import Stored
from router.errors import ConfigError, StoreError
from router.ingest.decoders import Decoders
from router.runtime import interpreter, log
from router.runtime.calendars import Calendars
from router.runtime.clock import SystemClock
from router.runtime.compose import compose
from router.runtime.courier import Courier
from router.runtime.keys import link_keys
from router.runtime.last_good import LastGood
from router.runtime.links import Signer
from router.runtime.live import Live
from router.runtime.loop import Loop
from router.runtime.metrics import Metrics
from router.runtime.pulse import Pulse
from router.runtime.reload import Sight, look, watch
from router.runtime.route_labels import RouteLabels
from router.runtime.stream import Stream
from router.runtime.streams import Streams
from router.runtime.sweeping import sweep
from router.runtime.trial import Trials
from router.runtime.watch import Watch
from router.senders.render import Renderer
from router.senders.senders import Senders
from router.store.store import Store
from router.web.rooms import Rooms
from router.web.server import Server, serving

VERSION = version("tocsin")
GRACE_SECONDS = 4.0  # For sends under way when the service is told to stop.
LOOK_UPS = 32
BROKEN = 70  # EX_SOFTWARE of sysexits(3): a supervisor starts us again.

_log = structlog.get_logger("tocsin")


async def serve(options: ServeOptions) -> int:
    """Run the service until SIGTERM or SIGINT; the exit code.

    Raises:
        ConfigError: routes.toml cannot be used, and there is no earlier one to go on with.
        StoreError: the data folder cannot be used.
        OSError: the address cannot be listened on.
    """
    # Name look-ups take a thread each, and dead names keep theirs: one must not delay another.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(LOOK_UPS))
    interpreter.tune()
    async with AsyncExitStack() as resources:
        store = await resources.enter_async_context(Store.open(options.data))
        stored = await store.load()
        seen = look(options.config)
        last_good = LastGood(options.data, options.config.name)
        calendars = Calendars(options.data / "calendars", boot.try_calendar, boot.wall)
        loaded, problems = boot.first(options, calendars.kept, last_good.text(stored.text))
        senders = await resources.enter_async_context(
            Senders.open(
                console=options.console, out=sys.stdout, on_template_error=_template_failed
            )
        )
        service = Service(options, store, stored, senders, loaded, problems, last_good, calendars)
        return await service.run(seen)


def _template_failed(file: str, reason: str) -> None:
    _log.error("a template failed; the next best text was sent", file=file, reason=reason)


def _kept(last_good: LastGood, loaded: Loaded, options: ServeOptions) -> bytes:
    try:
        return last_good.keep(loaded)
    except OSError as error:
        told = f"the data folder {options.data} cannot be used: {error.strerror}"
        raise StoreError(told) from error


class Service:
    """The rooms of one process, connected."""

    def __init__(
        self,
        options: ServeOptions,
        store: Store,
        stored: Stored,
        senders: Senders,
        loaded: Loaded,
        problems: list[str],
        last_good: LastGood,
        calendars: Calendars,
    ) -> None:
        self._options = options
        self._calendars = calendars
        self._last_good = last_good
        self._store = store
        self._clock = SystemClock(store.last_stamp)
        state = State(loaded.configuration, stored)
        state.recover(self._clock.now().service)
        self._first: list[Event] = [Started()]
        self._kept = _kept(last_good, loaded, options)
        if self._kept != stored.text:
            self._first.append(Reconfigured(loaded.configuration, self._kept))
        self._loop = Loop(state, store, self._clock)
        self._loop.disk_full = store.full
        self._decoders = Decoders(
            lambda: self._loop.state.alerts,
            lambda: self._clock.now().wall,
            lambda: self._loop.state.configuration.resolve_timeout,
        )
        self._courier = Courier(self._loop, senders, self._compose)
        self._loop.offer, self._loop.reserve = self._courier.offer, self._courier.reserve
        self._streams = Streams(self._stream)
        self._senders = senders
        self._metrics = Metrics(self._loop, version=VERSION, streams=lambda: self._streams.readers)
        self._loop.committed = self._metrics.committed
        self._loop.repeated = self._metrics.repeated
        self._courier.attempted = self._metrics.attempted
        self._live = Live(
            loaded,
            problems,
            partial(boot.load, options, calendars.kept),
            self._loop,
            self._changed,
            self._reloaded,
            last_good.keep,
            last_good.settle,
        )
        calendars.changed = self._live.reload
        self._watch = Watch(
            self._loop,
            self._courier,
            options.data,
            away=self._streams.away,
            refused=lambda: self._live.problems,
            clock=lambda: self._clock.distrusted,
        )
        self._loop.observe = self._watch.beside(self._metrics.observe)
        self._pulse = Pulse(self._loop, self._degraded, self._watch.auditor)
        self._use(loaded)
        self._reloaded(not problems)

    async def run(self, seen: Sight) -> int:
        """Serve until told to stop. The file was *seen* so before it was read."""
        listen = self._options.listen or self._live.loaded.api.listen
        rooms = self._rooms(listen)
        code, unusable = 0, None
        try:
            async with anyio.create_task_group() as tasks:
                for room in (self._loop.run, self._loop.probe_disk):
                    tasks.start_soon(room)
                await self._loop.submit(self._first, urgent=True)
                self._last_good.settle(self._kept)
                await self._watch.begin()
                async with serving(rooms, listen) as server:
                    tasks.start_soon(self._streams.run)
                    tasks.start_soon(watch, self._options.config, self._live.reload, seen)
                    tasks.start_soon(self._live.resume)
                    tasks.start_soon(sweep, self._loop, self._store)
                    tasks.start_soon(self._watch.run)
                    tasks.start_soon(self._calendars.run)
                    self._started(server)
                    tasks.start_soon(self._courier.run)  # Links in pages lead somewhere now.
                    await self._until_told()
                    await self._stop(server)
                tasks.cancel_scope.cancel()
        except* OSError as group:
            unusable = group.exceptions[0]
        except* Exception as group:  # noqa: BLE001 - whatever it is, the way out is a new start
            self._broke(group)
            code = BROKEN
        if unusable is not None:
            raise unusable
        return code

    def _started(self, server: Server) -> None:
        interpreter.settle()
        self._pulse.started = True
        host = f"[{server.host}]" if ":" in server.host else server.host
        self._address = f"{host}:{server.port}"
        for note in (*self._store.notes, *self._live.loaded.warnings, *self._degraded()):
            _log.warning(note)
        if server.host in ("0.0.0.0", "::") and not self._live.loaded.configuration.url:
            _log.warning("links in pages lead nowhere: set [service] url", url=self._url())
        _log.info("listening", address=self._address, url=self._url())

    def _url(self) -> str:
        """How people reach us: what routes.toml says, or else where we listen."""
        return self._live.loaded.configuration.url or f"http://{self._address}"

    async def _until_told(self) -> None:
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
            async for number in signals:
                if number != signal.SIGHUP:
                    _log.info("stopping", signal=signal.Signals(number).name)
                    return
                await self._live.reload()

    async def _stop(self, server: Server) -> None:
        """Not ready any more; finish what was begun, within the time a supervisor gives."""
        self._pulse.stopping = True
        server.stop_listening()
        await self._courier.finish(GRACE_SECONDS)
        await self._loop.drain()

    def _broke(self, group: BaseExceptionGroup[BaseException]) -> None:
        self._watch.ended()
        _log.critical("the service must end and start again", exc_info=group)

    def _compose(self, row: Delivery) -> Outgoing:
        return compose(row, self._loop.state, self._signer, self._url(), self._clock.now())

    def _stream(self, source: RedisSource) -> Stream:
        decode = partial(self._decoders.entry, source=source.name)
        return Stream(source, door=self._loop, decode=decode, seen=self._store.seen)

    def _use(self, loaded: Loaded) -> None:
        self._senders.use(loaded.templates)
        log.mask(secret.value for secret in secrets_in(loaded) if secret.value)
        self._signer = Signer(link_keys(loaded.service, self._options.data))
        self._calendars.use(loaded.calendars)
        self._http_sources = {s.name: s for s in loaded.sources if isinstance(s, HttpSource)}
        self._streams.use(s for s in loaded.sources if isinstance(s, RedisSource))

    async def _changed(self, loaded: Loaded) -> None:
        self._use(loaded)

    def _reloaded(self, well: bool) -> None:
        self._metrics.reloaded(well, self._clock.now().wall, self._live.loaded.text)

    def _degraded(self) -> list[str]:
        """What does not work as it should, though alerts are taken and kept."""
        notes = [f"routes.toml is not in force: {problem}" for problem in self._live.problems]
        notes += [f"printed instead of sent: {what}" for what in self._live.loaded.missing]
        notes += [f"source {name}: Redis does not answer" for name in self._streams.away()]
        notes += self._calendars.away()
        notes += ignored(self._loop.state, self._clock.now().wall)
        return [*notes, *filter(None, [self._clock.distrusted, self._store.tight])]

    def _slack_secrets(self) -> list[Secret]:
        secret = self._live.loaded.slack.signing_secret
        return [secret] if secret is not None and not secret.missing else []

    async def _slack_reply(self, address: str, form: Mapping[str, Any]) -> None:
        slack, at = self._live.loaded.slack, self._clock.now().wall
        await self._senders.reply_to_slack(slack, address, form, at)

    def _rooms(self, listen: str) -> Rooms:
        local = is_loopback(listen)
        api = self._live.loaded.api
        if not (local or api.open or api.tokens):
            raise ConfigError(
                [
                    f"api: listening on {listen} lets others in; add [api] tokens, or say"
                    " open = true, or start with --open, if that is meant"
                ]
            )
        return Rooms(
            door=self._loop,
            api=lambda: self._live.loaded.api,
            sources=lambda: self._http_sources,
            decode_api=self._decoders.api,
            decode_webhook=self._decoders.webhook,
            history=self._store,
            health=self._pulse,
            reload=self._live.reload,
            resume=self._watch.safe_mode.end,
            metrics=self._metrics.exposition,
            render=Renderer(lambda: self._live.loaded.templates, self._clock.now),
            route_labels=RouteLabels(self._loop, self._senders, self._url),
            signer=lambda: self._signer,
            trials=Trials(self._senders, self._clock.now, self._url),
            traffic=self._metrics.traffic.bound(self._options.gets),
            slack_secrets=self._slack_secrets,
            slack_reply=self._slack_reply,
            local=local,
            started_at=self._clock.now().wall,
            version=VERSION,
        )
