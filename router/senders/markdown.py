"""Makes a text mean only itself where Markdown is read: Discord, Microsoft Teams, Mattermost."""

import re

_LINK = re.compile(r"(https?://[^\s<>]+)")
_ACTING = re.compile(r"([\\*_~`|\[\]<>#])")


def markdown(text: str) -> str:
    """The text with what Markdown would act on escaped; web addresses stay, so that they lead.

    A label cannot make bold, a link under false words, or a mention of people (`<@id>`).
    """
    parts = _LINK.split(text)
    return "".join(part if at % 2 else _ACTING.sub(r"\\\1", part) for at, part in enumerate(parts))
