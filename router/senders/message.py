"""Renders what is said to people from templates/, and never fails to say something."""

import html
import re
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec

from router.core.outgoing import Outgoing
from router.core.template import Templates
from router.senders.clean import MARK, cut, one_line
from router.senders.fields import Fields
from router.senders.plain import plain
from router.senders.sandbox import Sandbox
from router.senders.view import View

OnTemplateError = Callable[[str, str], None]


class Escape(Enum):
    """What a value must go through to be only text where it lands."""

    NONE = "plain text"
    HTML = "HTML"
    SLACK = "Slack's mrkdwn"


class Form(msgspec.Struct, frozen=True):
    """What a template renders to. `flat` values have no line breaks; `limit` cuts the whole."""

    escape: Escape = Escape.NONE
    flat: bool = False
    one_line: bool = False
    limit: int = 32_768


FORMS = {
    "slack.txt": Form(Escape.SLACK),
    "email.subject": Form(flat=True, one_line=True, limit=200),
    "email.txt": Form(),
    "email.html": Form(Escape.HTML),
    "sms.txt": Form(flat=True, limit=1600),
    "pagerduty.summary": Form(flat=True, one_line=True, limit=1024),
    "chat.title": Form(flat=True, one_line=True, limit=250),
    "chat.txt": Form(),
    "apprise.title": Form(flat=True, one_line=True, limit=250),
    "apprise.txt": Form(),
    "console.txt": Form(),
}

_BLANK = re.compile(r"\n(?:[ \t]*\n){2,}")


class _Template:
    """One file, compiled when it is first needed: all of them cost a start a tenth of a second."""

    def __init__(self, path: str, source: str, sandbox: Sandbox) -> None:
        self.path = path
        self._source = source
        self._sandbox = sandbox
        self._render: Callable[[Mapping[str, Any]], str] | None = None

    def render(self, data: Mapping[str, Any]) -> str:
        """The text for this data; raises whatever is wrong with the template."""
        return self.compiled()(data)

    def compiled(self) -> Callable[[Mapping[str, Any]], str]:
        """The template as a function; raises what is wrong with it."""
        if self._render is None:
            self._render = self._sandbox.prepare(self._source)
        return self._render


class Messages:
    """The templates in force: each of the operator's own folder, else the one we ship.

    `use` replaces the operator's. What goes wrong with one is told to `on_error(file, reason)`;
    then the next best text is used: the shipped template, at last one built into the program.
    """

    def __init__(self, folder: Path | None, on_error: OnTemplateError) -> None:
        self._on_error = on_error
        self._fields = Fields(on_error=self._unlabelled)
        self._sandboxes = {escape: Sandbox(escape=escape is not Escape.NONE) for escape in Escape}
        self._shipped = {name: self._read(shipped() / f"{name}.j2", name) for name in FORMS}
        self._templates = dict(self._shipped)
        paths = {name: folder / f"{name}.j2" for name in FORMS} if folder else {}
        for name, path in paths.items():
            if path.exists():
                self._templates[name] = [*self._read(path, name), *self._shipped[name]]

    def use(self, templates: Templates) -> None:
        """Word messages by these from now on, and by the shipped ones where there are none."""
        self._fields = Fields(templates.macros, on_error=self._unlabelled)
        for name, shipped_ones in self._shipped.items():
            source = templates.messages.get(name)
            own = [] if source is None else self._own(f"{name}.j2", source, name)
            self._templates[name] = [*own, *shipped_ones]

    def text(self, name: str, view: View) -> str:
        """The text of one template of FORMS for this delivery, within its form's limit."""
        form = FORMS[name]
        data = flat(view) if form.flat else view
        for template in self._templates[name]:
            try:
                return finished(template.render(data), form)
            except Exception as error:  # noqa: BLE001 - a template can raise anything; the page counts
                self._on_error(template.path, _reason(error))
        return _built_in(data, form)

    def field(self, written: str, outgoing: Outgoing, shown: str = "") -> str | None:
        """The text of one field that the operator worded; None when it cannot be made.

        It is not cut, and line breaks in it stay: the channel knows what it takes. What goes wrong
        is told to `on_error(target and field, reason)`, the field as `shown` if it is secret.
        """
        try:
            return self._fields.text(written, outgoing)
        except Exception as error:  # noqa: BLE001 - a template can raise anything; the page counts
            self._on_error(shown or f"{outgoing.target}: {one_line(written, 60)}", _reason(error))
            return None

    def _unlabelled(self, label: str, error: Exception) -> None:
        self._on_error(f"route label {one_line(label, 60)}", _reason(error))

    def _read(self, path: Path, name: str) -> list[_Template]:
        """The template of a file, or none when it cannot be read."""
        try:
            source = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self._on_error(str(path), _reason(error))
            return []
        if path.parent == shipped():
            return [_Template(str(path), source, self._sandboxes[FORMS[name].escape])]
        return self._own(str(path), source, name)

    def _own(self, path: str, source: str, name: str) -> list[_Template]:
        """An operator's template, or none when there is something wrong with it."""
        template = _Template(path, source, self._sandboxes[FORMS[name].escape])
        try:
            template.compiled()
        except Exception as error:  # noqa: BLE001 - as above: a broken file must not stop a page
            self._on_error(path, _reason(error))
            return []
        return [template]


def shipped() -> Path:
    """The folder of our own templates: inside an installed package, beside one run from source."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_templates"
    return installed if installed.is_dir() else package.parent / "templates"


def finished(rendered: str, form: Form) -> str:
    """The rendered text as its channel takes it.

    Raises:
        ValueError: there is nothing in it; an empty page is no page.
    """
    text = _BLANK.sub("\n\n", rendered.strip())
    text = one_line(text, form.limit) if form.one_line else text
    if not text:
        raise ValueError("it rendered to nothing")
    if form.escape is Escape.SLACK:
        # Slack wants &, < and > escaped and nothing else. Where data held these very letters
        # their & is escaped already, so only the quotes that were escaped come back.
        text = text.replace("&#34;", '"').replace("&#39;", "'")
    return cut(text, form.limit)


def sms_text(text: str, link: str, limit: int = 320) -> str:
    """The text cut to `limit` characters, the answer link whole; plain punctuation is cheaper.

    A character outside GSM 03.38 halves what fits into a segment, so ours are avoided.
    """
    text = text.replace("…", "...").replace(MARK, "?").replace("–", "-")
    if link and link in text:
        text = text.replace(link, "").strip()
        room = max(limit, len(link) + 120) - len(link) - 1
        return f"{_cut_plain(text, room)}\n{link}"
    return _cut_plain(text, limit)


def _cut_plain(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def _built_in(view: View, form: Form) -> str:
    text = view["heading"] if form.one_line else plain(view)
    if form.escape is Escape.HTML:
        return f"<!DOCTYPE html><pre>{html.escape(text)}</pre>"
    if form.escape is Escape.SLACK:
        text = html.escape(text, quote=False)
    return cut(text, form.limit)


def flat(value: Any) -> Any:
    """The value with every text in it on one line."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, dict):
        return {name: flat(item) for name, item in value.items()}
    return [flat(item) for item in value] if isinstance(value, list) else value


def _reason(error: Exception) -> str:
    line = getattr(error, "lineno", None)
    return f"{f'line {line}: ' if line else ''}{type(error).__name__}: {one_line(str(error), 300)}"
