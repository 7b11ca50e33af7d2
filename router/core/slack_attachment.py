"""A Slack message as Alertmanager words it: one attachment, and what stands around it."""

from collections.abc import Sequence

import msgspec


class SlackField(msgspec.Struct, frozen=True, kw_only=True):
    """A titled value; `short` ones stand beside each other."""

    title: str
    value: str
    short: bool | None = None


class SlackConfirm(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked before an action."""

    text: str
    title: str = ""
    ok_text: str = ""
    dismiss_text: str = ""


class SlackAction(msgspec.Struct, frozen=True, kw_only=True):
    """A button or a menu below the attachment."""

    type: str
    text: str
    url: str = ""
    style: str = ""
    name: str = ""
    value: str = ""
    confirm: SlackConfirm | None = None


class SlackAttachment(msgspec.Struct, frozen=True, kw_only=True):
    """docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments.

    `title`, `text`, `fallback` and `color` are ours where they are None. `username`, the icons,
    `message_text` and `link_names` are of the message around it.
    """

    title: str | None = None
    text: str | None = None
    fallback: str | None = None
    color: str | None = None
    title_link: str = ""
    pretext: str = ""
    callback_id: str = ""
    image_url: str = ""
    thumb_url: str = ""
    footer: str = ""
    username: str = ""
    icon_emoji: str = ""
    icon_url: str = ""
    message_text: str = ""
    link_names: bool = False
    short_fields: bool = False
    fields: Sequence[SlackField] = ()
    actions: Sequence[SlackAction] = ()
    mrkdwn_in: Sequence[str] = ("fallback", "pretext", "text")
