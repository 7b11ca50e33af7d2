"""Requests as Slack makes them: forms, signed v0 over the raw body."""

import hmac
import json
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode


def signature(body: bytes, stamp: str, secret: str) -> str:
    """What stands in `X-Slack-Signature`."""
    base = b"v0:" + stamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, sha256).hexdigest()


def signed(body: bytes, stamp: str, secret: str) -> dict[str, str]:
    """The headers of a form that Slack posts at this time, in seconds."""
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature(body, stamp, secret),
    }


def press(user: str, button: dict[str, Any], message: dict[str, Any], reply_to: str) -> bytes:
    """The form of somebody who presses a button below a message."""
    payload = {
        "type": "block_actions",
        "team": {"id": "T1", "domain": "example"},
        "user": {"id": user, "username": "somebody", "team_id": "T1"},
        "api_app_id": "A1",
        "token": "deprecated",
        "container": {"type": "message", "message_ts": "1700000000.000001", "channel_id": "C1"},
        "trigger_id": "1.2.3",
        "channel": {"id": "C1", "name": "ops"},
        "message": {"type": "message", "ts": "1700000000.000001", **message},
        "response_url": reply_to,
        "actions": [{**button, "block_id": "B1", "action_ts": "1700000001.1"}],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def buttons_of(message: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The buttons below a message, by what they say."""
    rows = [block for block in message["blocks"] if block["type"] == "actions"]
    return {button["text"]["text"]: button for row in rows for button in row["elements"]}
