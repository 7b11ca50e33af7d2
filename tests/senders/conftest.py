"""What the senders' tests share: one server of each kind, and all senders, impatient."""

import warnings
from collections.abc import AsyncIterator

import apprise
import pytest
from support.certificate import Certificate, make
from support.servers import PagerdutyServer, SlackServer, TwilioServer, WebhookServer
from support.smtp import SmtpServer
from support.told import Told

from router.senders.senders import Patience, Senders


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for localhost that only these tests trust."""
    return make(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
async def senders(certificate: Certificate) -> AsyncIterator[Senders]:
    """Every channel, trusting the test certificate; no template may fail."""
    failures: list[tuple[str, str]] = []
    async with Senders.open(
        tls=certificate.client,
        on_template_error=lambda file, reason: failures.append((file, reason)),
    ) as opened:
        yield opened
    assert failures == []


@pytest.fixture
async def hasty(certificate: Certificate) -> AsyncIterator[Senders]:
    """Every channel, giving up after a quarter of a second: for far sides that never answer."""
    impatient = Patience(http=0.25, email=0.25, apprise=0.25)
    async with Senders.open(patience=impatient, tls=certificate.client) as opened:
        yield opened


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer.open() as server:
        yield server


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioServer]:
    async with TwilioServer.open() as server:
        yield server


@pytest.fixture
async def pagerduty() -> AsyncIterator[PagerdutyServer]:
    async with PagerdutyServer.open() as server:
        yield server


@pytest.fixture
async def webhook() -> AsyncIterator[WebhookServer]:
    async with WebhookServer.open() as server:
        yield server


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpServer]:
    async with SmtpServer.open() as server:
        yield server


_TOLD = Told()


@pytest.fixture
def told() -> Told:
    """The shipped templates, read once."""
    _TOLD.errors.clear()
    return _TOLD


@pytest.fixture(scope="session")
def apprise_loaded() -> None:
    """Apprise takes a second to load; impatient tests must not pay for it."""

    with warnings.catch_warnings():
        # One of its plugins imports a module that Python 3.13 drops, and lives without it there.
        warnings.filterwarnings("ignore", "'imghdr' is deprecated", DeprecationWarning)
        assert apprise.Apprise.instantiate("json://localhost") is not None
