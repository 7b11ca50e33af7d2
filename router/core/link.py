"""What an answer link in a page allows, to whom, and until when."""

import msgspec


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """The claims a signed link carries.

    `instance` names the store that numbered the incident, so that a link of another or a restored
    one touches nothing. `target` is who was paged (`user:ana/sms`, `receiver:ops/slack/0`).
    `action` is `ack`. `expires_at` is wall time.
    """

    instance: str
    incident: int
    target: str
    action: str
    expires_at: int
