"""The pages behind answer links, as HTML that runs nothing and fetches nothing."""

import base64
from hashlib import sha256
from pathlib import Path

import jinja2
import msgspec
from aiohttp import web
from markupsafe import Markup

NAME_LONGEST = 80  # Characters of a name that is typed in.

_FOLDER = Path(__file__).parent / "pages"
_STYLE = (_FOLDER / "style.css").read_text(encoding="utf-8")
_STYLE_HASH = base64.b64encode(sha256(_STYLE.encode()).digest()).decode("ascii")
_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
}
_PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.globals.update(style=Markup(_STYLE), longest=NAME_LONGEST)


class AlertView(msgspec.Struct, frozen=True):
    """One alert as it is shown. `url` is an http address, or empty."""

    labels: tuple[tuple[str, str], ...]
    summary: str = ""
    url: str = ""


class Choice(msgspec.Struct, frozen=True):
    """One button: what it says, and the value of `do` that it posts."""

    value: str
    label: str


class IncidentView(msgspec.Struct, frozen=True, kw_only=True):
    """One incident as whoever followed the link sees it.

    `choices` are the buttons, the usual one first; `version` what they were made for.
    `standing` is a sentence; `mood` its colour: `ringing`, `taken`, or empty. `channel` names a
    shared channel the link was sent to, `person` whom else it was sent to. `more` alerts are left
    out. `problem` is what was wrong with what was typed in.
    """

    number: int
    title: str
    standing: str
    mood: str = ""
    choices: tuple[Choice, ...] = ()
    version: int = 0
    channel: str = ""
    person: str = ""
    alerts: tuple[AlertView, ...] = ()
    more: int = 0
    problem: str = ""


def notice(status: int, sentence: str) -> web.Response:
    """A page with one sentence."""
    return _page("notice.html", status, sentence=sentence)


def incident(view: IncidentView, status: int = 200) -> web.Response:
    """The page of an incident."""
    return _page("incident.html", status, view=view)


def _page(name: str, status: int, **values: object) -> web.Response:
    text = _PAGES.get_template(name).render(values)
    return web.Response(text=text, status=status, content_type="text/html", headers=_HEADERS)
