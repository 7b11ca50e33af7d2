"""What may stand in the query and headers of a request to the API, as go-openapi reads it."""

from collections.abc import Callable, Iterable, Mapping

from aiohttp import web

from router.core.configuration import Receiver
from router.core.matcher import Matcher, MatcherError, matches_all, parse
from router.core.pattern import PatternError, predicate
from router.web.refusal import Refused

TRUE = frozenset(["1", "t", "true", "y", "yes", "on", "ok", "enabled", "checked", "selected"])
_JSON = frozenset(("*/*", "application/*", "application/json"))


def flag(request: web.Request, name: str) -> bool:
    """A switch that is on unless it is turned off; what is not some word for yes means no."""
    value = request.query.get(name, "")
    return value.lower() in TRUE if value else True


def filters(request: web.Request, name: str = "filter") -> tuple[Matcher, ...]:
    """The matchers of every `filter`, or other parameter, each exactly one.

    Raises:
        Refused: 400 when one of them is none.
    """
    try:
        return tuple(parse(text) for text in request.query.getall(name, []))
    except MatcherError as error:
        raise Refused(400, str(error)) from None


def receiver(
    request: web.Request, known: Mapping[str, Receiver]
) -> Callable[[Iterable[str]], bool]:
    """Whether one of several receivers' names is asked for: by the anchored regex `receiver`, and
    by `receiver_matchers`, each one matcher of its labels.

    Raises:
        Refused: 400 when one of them is none.
    """
    named, matchers = _named(request), filters(request, "receiver_matchers")
    if not matchers:
        return named
    return lambda names: any(
        named([name]) and matches_all(matchers, labels_of(name, known)) for name in names
    )


def labels_of(name: str, known: Mapping[str, Receiver]) -> dict[str, str]:
    """The labels of a receiver, its name among them; a policy has no others."""
    found = known.get(name)
    return {**(found.labels if found else {}), "name": name}


def _named(request: web.Request) -> Callable[[Iterable[str]], bool]:
    pattern = request.query.get("receiver", "")
    if not pattern:
        return lambda names: True
    try:
        matches = predicate(pattern, negative=False)
    except PatternError as error:
        sentence = f"failed to parse receiver param: {pattern}: {error}"
        raise Refused(400, sentence) from None
    return lambda names: any(map(matches, names))


def require_json_wanted(headers: Mapping[str, str]) -> None:
    """Check that an answer in JSON is acceptable.

    Raises:
        Refused: 406 when `Accept` names others only.
    """
    accept = headers.get("Accept", "*/*")
    wanted = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    if wanted.isdisjoint(_JSON) and wanted != {""}:
        sentence = "unsupported media type requested, only [application/json] are available"
        raise Refused(406, sentence, code=406)
