"""Where in HTML a template's next value would stand, as html/template tracks it."""

import re
from typing import NamedTuple

_URL_WORDS = """
action archive background cite classid codebase data formaction href icon longdesc manifest poster
profile src usemap xmlns
"""
_URLS = frozenset(_URL_WORDS.split())
_REFUSED = {"srcset": "srcset", "srcdoc": "srcdoc"}
_TAG = re.compile(r"</?[A-Za-z][^\s/>]*", re.ASCII)
_ATTRIBUTE = re.compile(r"[^\s/>=\"'<]+")
_END = {"script": "script", "style": "style", "title": "title", "textarea": "textarea"}


class Place(NamedTuple):
    """A place in HTML.

    `state` is `text`, `tag`, `name` (within an attribute's name), `equals` (a name ended),
    `value` (a value begins), `attr` (within one), `script`, `style`, `title` or `textarea`.
    `quote` delimits the attribute, `kind` is what the attribute holds (`plain`, `url`, `js`,
    `css` or why it cannot be filled), `part` of an address is ``, `path`, `query` or `unknown`,
    `inner` is where in a script: ``, a quote, `//`, `/*` or `/`.
    """

    state: str = "text"
    element: str = ""
    quote: str = ""
    kind: str = ""
    part: str = ""
    inner: str = ""
    before: str = ""


DEAD = Place("dead")
"""Where nobody comes: behind a `break` or `continue`."""


class Ambiguous(Exception):
    """A value's place cannot be told, or no value may stand there."""


def joined(one: Place, other: Place, keyword: str) -> Place:
    """Where both ways on lead.

    Raises:
        Ambiguous: to different places.
    """
    if DEAD in (one, other):
        return other if one == DEAD else one
    one, other = one._replace(before=""), other._replace(before="")
    if one == other:
        return one
    if one._replace(part="") == other._replace(part=""):
        return one._replace(part="unknown")
    settled = [
        p._replace(state="tag", kind="") if p.state in ("name", "equals") else p
        for p in (one, other)
    ]
    if settled[0] == settled[1]:
        return settled[0]
    raise Ambiguous(f"{{{{{keyword}}}}} branches end in different contexts")


def escapers(place: Place) -> tuple[str, ...]:
    """The filters that make a value harmless there, the first to be applied first.

    Raises:
        Ambiguous: no value may stand there.
    """
    found: tuple[str, ...]
    match place.state:
        case "text":
            return ("html_text",)
        case "title" | "textarea":
            return ("html_title",)
        case "comment":
            return ("html_nothing",)
        case "script":
            return _in_script(place)
        case "style":
            return _in_style(place)
        case "tag" | "name" | "equals":
            raise Ambiguous("a value in a tag's or an attribute's name cannot be translated")
    match place.kind:
        case "plain":
            found = ()
        case "url":
            if place.part == "unknown":
                raise Ambiguous("a value appears in an ambiguous context within a URL")
            parts = {"": ("url_filter", "url_part"), "path": ("url_part",)}
            found = parts.get(place.part, ("url_query",))
        case "js":
            found = _in_script(place)
        case "css":
            found = _in_style(place)
        case _:
            raise Ambiguous(f"a value in {place.kind} cannot be translated")
    return (*found, "html_attr" if place.quote else "html_unquoted")


def _in_script(place: Place) -> tuple[str, ...]:
    if place.inner == "":
        return ("js_value",)
    if place.inner in ("'", '"'):
        return ("js_string",)
    raise Ambiguous("a value in a comment, pattern or template of a script cannot be translated")


def _in_style(place: Place) -> tuple[str, ...]:
    if place.inner:
        raise Ambiguous("a value in a quoted text or url() of a style cannot be translated")
    return ("css_value",)


def valued(place: Place) -> Place:
    """The place after a value was written there."""
    if place.state == "value":
        place = place._replace(state="attr")
    if place.kind == "url" and place.part == "":
        place = place._replace(part="path")
    return place._replace(before="x") if place.inner == "" else place


def begun(place: Place) -> Place:
    """The place when a value is about to be written: an attribute without quotes begins."""
    return place._replace(state="attr") if place.state == "value" else place


class Walker:
    """Follows texts, and gives them back as html/template writes them: without comments."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._out: list[str] = []

    def text(self, text: str) -> str:
        """The text, and `place` behind it."""
        self._out, at = [], 0
        while at < len(text):
            at = getattr(self, f"_{self.place.state}")(text, at)
        return "".join(self._out)

    def _to(self, **changes: str) -> None:
        self.place = self.place._replace(**changes)

    def _text(self, text: str, at: int) -> int:
        end = text.find("<", at)
        if end < 0:
            self._out.append(text[at:])
            return len(text)
        self._out.append(text[at:end])
        if text.startswith("<!--", end):
            self._to(state="comment")
            return end + 4
        found = _TAG.match(text, end)
        if found is None:
            doctype = text[end : end + 9].lower() == "<!doctype"
            self._out.append("<" if doctype else "&lt;")
            return end + 1
        name = found[0].lstrip("</").lower()
        closing = found[0].startswith("</")
        self._to(state="tag", element="" if closing else _END.get(name, ""), quote="", kind="")
        self._out.append(found[0])
        return found.end()

    def _comment(self, text: str, at: int) -> int:
        end = text.find("-->", at)
        if end < 0:
            return len(text)
        self._to(state="text")
        return end + 3

    def _tag(self, text: str, at: int) -> int:
        char = text[at]
        found = _ATTRIBUTE.match(text, at)
        if found is None:
            self._out.append(char)
            if char == ">":
                self.place = Place(self.place.element or "text", self.place.element)
            return at + 1
        self._to(state="name", kind=_kind_of(found[0].lower()))
        self._out.append(found[0])
        if found.end() < len(text):
            self._to(state="equals")
        return found.end()

    def _name(self, text: str, at: int) -> int:
        self._to(state="equals")
        if _ATTRIBUTE.match(text, at):
            raise Ambiguous("a value in a tag's or an attribute's name cannot be translated")
        return at

    def _equals(self, text: str, at: int) -> int:
        char = text[at]
        if char.isspace():
            self._out.append(char)
            return at + 1
        if char != "=":
            self._to(state="tag", kind="")
            return at
        self._out.append(char)
        self._to(state="value", quote="", part="", inner="", before="")
        return at + 1

    def _value(self, text: str, at: int) -> int:
        char = text[at]
        if char.isspace():
            self._out.append(char)
            return at + 1
        if char == ">":
            self._to(state="tag", kind="")
            return at
        self._to(state="attr")
        if char in "\"'":
            self._to(quote=char)
            self._out.append(char)
            return at + 1
        return at

    def _attr(self, text: str, at: int) -> int:
        place = self.place
        end = at
        while end < len(text):
            char = text[end]
            if char == place.quote if place.quote else char.isspace() or char == ">":
                break
            end += 1
        value = text[at:end]
        self._out.append(value)
        self._within(value)
        if end < len(text):
            self._to(state="tag", kind="", part="", inner="", before="")
            if place.quote:
                self._out.append(place.quote)
                end += 1
            self._to(quote="")
        return end

    def _within(self, value: str) -> None:
        """Follow an attribute's own notation."""
        if self.place.kind == "url" and value:
            query = any(char in value for char in "?#")
            known = self.place.part in ("query", "unknown") and not query
            self._to(part=self.place.part if known else "query" if query else "path")
        elif self.place.kind == "js":
            self._to(**_script(value, self.place.inner, self.place.before))
        elif self.place.kind == "css":
            self._to(inner=_style(value, self.place.inner))

    def _raw(self, text: str, at: int) -> int:
        """The inside of an element that holds no tags, up to its end."""
        element = self.place.state
        found = re.compile(rf"</{element}(?=[\s/>])", re.IGNORECASE).search(text, at)
        end = found.start() if found else len(text)
        inside = text[at:end]
        self._out.append(inside)
        if element == "script":
            self._to(**_script(inside, self.place.inner, self.place.before))
        elif element == "style":
            self._to(inner=_style(inside, self.place.inner))
        if found is None:
            return end
        self._out.append(found[0])
        self.place = Place("tag")
        return found.end()

    _script = _style = _title = _textarea = _raw


def _kind_of(name: str) -> str:
    name = name.removeprefix("data-").rpartition(":")[2] if name != "data" else name
    if name.startswith("on"):
        return "js"
    if name == "style":
        return "css"
    if name in _REFUSED:
        return _REFUSED[name]
    if name in _URLS or any(part in name for part in ("src", "uri", "url")):
        return "url"
    return "plain"


def _script(text: str, inner: str, before: str) -> dict[str, str]:
    """Where in a script one is after this text."""
    at = 0
    while at < len(text):
        char, two = text[at], text[at : at + 2]
        if inner in ("'", '"', "`", "/"):
            at += 2 if char == "\\" else 1
            if char == inner or (char == "\n" and inner != "`"):
                inner, before = "", "x"
            continue
        if inner == "//":
            inner = "" if char == "\n" else inner
        elif inner == "/*":
            if two == "*/":
                inner, at = "", at + 1
        elif two in ("//", "/*"):
            inner, at = two, at + 1
        elif char in "'\"`" or (char == "/" and (not before or before in "(,=:[!&|?{};+-*%<>~^")):
            inner = char
        elif not char.isspace():
            before = char
        at += 1
    return {"inner": inner, "before": before}


def _style(text: str, inner: str) -> str:
    at = 0
    while at < len(text):
        char = text[at]
        if inner in ("'", '"'):
            at += char == "\\"
            inner = "" if char == inner else inner
        elif inner == "/*":
            inner = "" if text[at : at + 2] == "*/" else inner
        elif inner == "url":
            inner = "" if char == ")" else inner
        elif text[at : at + 4].lower() == "url(":
            inner = "url"
        elif char in "'\"":
            inner = char
        elif text[at : at + 2] == "/*":
            inner = "/*"
        at += 1
    return inner
