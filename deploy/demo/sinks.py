"""Stands in for mail server, Slack, Twilio, PagerDuty and a webhook, and prints what arrives.

For `honcho start` (see Procfile). Everything listens on loopback only.
"""

import asyncio
import json
import sys
from email import message_from_bytes
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
MAIL_PORT = 2525
HTTP_PORT = 2580


def tell(channel: str, to: str, text: str) -> None:
    """Print one message, indented below who got it."""
    body = "\n".join(f"    {line}" for line in text.strip().splitlines())
    sys.stdout.write(f"{channel} to {to}\n{body}\n")
    sys.stdout.flush()


class Mailbox:
    """Takes every mail."""

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Print a mail's subject and text."""
        content = envelope.content or b""
        mail = message_from_bytes(content if isinstance(content, bytes) else content.encode())
        tell("email", ", ".join(envelope.rcpt_tos), f"{mail['Subject']}\n{_text(mail)}")
        return "250 taken"


def _text(mail: Message) -> str:
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return ""


async def slack(request: web.Request) -> web.Response:
    """chat.postMessage."""
    posted: dict[str, Any] = await request.json()
    blocks = [block["text"]["text"] for block in posted.get("blocks", ()) if "text" in block]
    tell("slack", posted["channel"], "\n".join(blocks) or posted["text"])
    return web.json_response({"ok": True, "channel": posted["channel"], "ts": "1.000001"})


async def twilio(request: web.Request) -> web.Response:
    """The Messages resource."""
    form = dict(parse_qsl(await request.text()))
    tell("sms", form["To"], form["Body"])
    return web.json_response({"sid": "SM" + "0" * 32, "status": "queued"}, status=201)


async def pagerduty(request: web.Request) -> web.Response:
    """Events API v2."""
    event: dict[str, Any] = await request.json()
    summary = event.get("payload", {}).get("summary", "")
    tell("pagerduty", "the service", f"{event['event_action']} {event['dedup_key']}\n{summary}")
    answer = {"status": "success", "message": "taken", "dedup_key": event["dedup_key"]}
    return web.json_response(answer, status=202)


async def webhook(request: web.Request) -> web.Response:
    """Alertmanager's webhook."""
    posted: dict[str, Any] = await request.json()
    alerts = [f"{alert['status']} {json.dumps(alert['labels'])}" for alert in posted["alerts"]]
    tell("webhook", request.path, "\n".join(alerts))
    return web.Response()


async def main() -> None:
    """Listen until interrupted."""
    app = web.Application()
    app.router.add_post("/slack/chat.postMessage", slack)
    app.router.add_post("/twilio/2010-04-01/Accounts/{account}/Messages.json", twilio)
    app.router.add_post("/pagerduty/v2/enqueue", pagerduty)
    app.router.add_post("/webhook", webhook)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, HTTP_PORT).start()
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: SMTP(Mailbox(), loop=loop), HOST, MAIL_PORT)
    sys.stdout.write(f"mail on {HOST}:{MAIL_PORT}, all else on http://{HOST}:{HTTP_PORT}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
