"""Sends by any service Apprise knows, behind a bulkhead: its calls block and end when they like.

Apprise says only yes or no, so every failure may have been a delivery. Each send runs on a thread
of its own, at most four at once, with a service made afresh: a shared one sleeps for seconds
between messages. A thread that outlives its deadline keeps its place until it ends.
"""

import asyncio
import html
from functools import partial
from typing import Any

from router.core.integration import AppriseIntegration
from router.core.outgoing import Outgoing, Receipt
from router.errors import DeliveryError, PermanentDeliveryError, Withdrawn
from router.senders.apprise_address import filled
from router.senders.apprise_schemes import ACKNOWLEDGING, ALLOWED, CLOSING
from router.senders.budget import OUTPUT_MAX
from router.senders.clean import hide, link_secrets, one_line
from router.senders.http import Wanted
from router.senders.message import Messages
from router.senders.pagerduty import dedup_key
from router.senders.placed import Placing
from router.senders.threads import on_daemon_thread
from router.senders.view import View, view
from router.senders.wording import Wording

AT_ONCE = 4


class AppriseSender:
    """The long tail of channels, at least once and without a trace: no ids, no reasons."""

    def __init__(self, messages: Messages, timeout: float) -> None:
        self._messages = messages
        self._timeout = timeout
        self._places = asyncio.Semaphore(AT_ONCE)

    async def send(
        self, outgoing: Outgoing, integration: AppriseIntegration, wanted: Wanted
    ) -> Receipt:
        """Send to one Apprise URL. A deadline passed, or a failure, is ambiguous."""
        over = integration.resolved_url if outgoing.snapshot.status == "resolved" else None
        address = over or integration.url
        name = f"apprise {address.origin}"
        placing = Placing(name, self._messages, outgoing)
        url = filled(address.value.strip(), integration, placing, name)
        url = url.replace("{dedup_key}", dedup_key(outgoing))
        scheme = allowed_scheme(name, url)
        data, form = view(outgoing), "html" if integration.html else "text"
        words = Wording(self._messages, outgoing)
        title = words.text(integration.words.get("title"), "apprise.title")
        text = integration.words.get("text")
        escape = _html if integration.html else str
        body = words.body(text, "apprise.txt", escape, limit=OUTPUT_MAX)
        try:
            async with asyncio.timeout(self._timeout):
                await self._places.acquire()
        except TimeoutError:
            raise DeliveryError(f"{name}: {AT_ONCE} slower ones were in its way") from None
        if not wanted():
            self._places.release()
            raise Withdrawn(f"{name}: withdrawn before it was sent")
        sending = asyncio.ensure_future(
            on_daemon_thread(partial(_notify, url, title, body, notify_type(data, scheme), form))
        )
        sending.add_done_callback(self._leave)
        await self._outcome(name, url, sending)
        return Receipt(detail=scheme)

    async def _outcome(self, name: str, url: str, sending: "asyncio.Future[str]") -> None:
        try:
            async with asyncio.timeout(self._timeout):
                failure = await asyncio.shield(sending)
        except TimeoutError:
            words = f"{name}: no outcome within {self._timeout:g} s"
            raise DeliveryError(words, ambiguous=True) from None
        except _NotUnderstood:
            words = f"{name}: Apprise does not understand this URL, or lacks what it needs for it"
            raise PermanentDeliveryError(words) from None
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            words = f"{name}: {type(error).__name__} in Apprise"
            raise DeliveryError(words, ambiguous=True) from None
        if failure:
            said = hide(one_line(failure, 200), link_secrets(url))
            raise DeliveryError(f"{name}: {said}", ambiguous=True)

    def _leave(self, sending: "asyncio.Future[str]") -> None:
        self._places.release()
        if not sending.cancelled():
            sending.exception()  # Taken note of, should nobody wait for it any more.


class _NotUnderstood(Exception):
    """Apprise made no service of the URL; nothing was sent."""


def allowed_scheme(name: str, url: str) -> str:
    """The URL's scheme.

    Raises:
        PermanentDeliveryError: it is not one of the services that may be used.
    """
    scheme = url.partition("://")[0].lower()
    if scheme not in ALLOWED:
        shown = one_line(scheme, 20) if len(scheme) < 20 else "its scheme"
        raise PermanentDeliveryError(
            f"{name}: {shown}:// is not allowed here; use the scheme of a service on the network"
        )
    return scheme


def _html(text: str) -> str:
    """A plain text as HTML."""
    return html.escape(text).replace("\n", "<br>\n")


def notify_type(data: View, scheme: str) -> str:
    """Apprise's type of the message, never one that makes a service keep silent."""
    if data["state"] == "acknowledged" and scheme in ACKNOWLEDGING:
        return "info"
    if data["state"] in ("acknowledged", "resolved"):
        return "warning" if scheme in CLOSING else "success"
    return "warning" if data["severity"].lower() in ("warning", "info", "low") else "failure"


def _notify(url: str, title: str, body: str, kind: str, form: str) -> str:
    """Send, on the calling thread; empty when taken, else what Apprise logged."""
    # Loading Apprise and its two hundred services takes most of a second: here, not on the loop.
    import apprise

    asset: Any = apprise.AppriseAsset(
        app_id="Tocsin",
        app_desc="Tocsin",
        async_mode=False,
        service_timeout=0,
        storage_mode="memory",
        http_redirects=False,
    )
    # Not add(url): that splits at commas, and what follows one would pass by the allow-list.
    service = apprise.Apprise.instantiate(url, asset=asset)
    if service is None:
        raise _NotUnderstood
    every = apprise.Apprise(asset=asset)
    every.add(service)
    result = every.notify(body=body, title=title, notify_type=kind, body_format=form)
    if result:
        return ""
    said = " ".join(str(entry.message) for entry in result.logs())
    return said or "Apprise says it failed and not why"
