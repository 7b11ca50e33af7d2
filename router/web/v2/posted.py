"""A silence as it is posted: read, and refused in go-openapi's codes."""

from datetime import UTC, datetime

import msgspec

from router.core.matcher import Matcher, MatcherError, Op
from router.core.moment import from_datetime
from router.core.silence import Silence
from router.web.refusal import Refused

_OPS: dict[tuple[bool, bool], Op] = {  # By (isRegex, isEqual).
    (False, True): "=",
    (False, False): "!=",
    (True, True): "=~",
    (True, False): "!~",
}


class _PostedMatcher(msgspec.Struct, rename="camel"):
    name: str | None = None
    value: str | None = None
    is_regex: bool | None = None
    is_equal: bool | None = True


class _Posted(msgspec.Struct, rename="camel"):
    matchers: list[_PostedMatcher] | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    created_by: str | None = None
    comment: str | None = None
    id: str | None = None
    annotations: dict[str, str] | None = None


_decode = msgspec.json.Decoder(_Posted).decode


def read(payload: bytes) -> Silence:
    """The silence of a body, not yet validated; a start that is not set is 0.

    Raises:
        Refused: 400 when it cannot be read, 422 when something required is missing.
    """
    if not payload.strip():
        raise Refused(422, "silence in body is required", code=602)
    posted = _read(payload)
    _require(posted, "comment", "created_by", "ends_at", "matchers", "starts_at")
    return Silence(
        id=posted.id or "",
        matchers=_matchers(posted),
        starts_at=_moment(posted.starts_at),
        ends_at=_moment(posted.ends_at),
        created_by=posted.created_by or "",
        comment=posted.comment or "",
        annotations=posted.annotations or {},
    )


def matchers(payload: bytes) -> tuple[Matcher, ...]:
    """The matchers of a body that needs nothing else of a silence.

    Raises:
        Refused: 400 when it cannot be read, 422 when there are none.
    """
    posted = _read(payload)
    _require(posted, "matchers")
    return _matchers(posted)


def _read(payload: bytes) -> _Posted:
    try:
        return _decode(payload)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _unreadable(str(error)) from None


def _matchers(posted: _Posted) -> tuple[Matcher, ...]:
    found = posted.matchers or []
    if not found:
        raise Refused(422, "matchers in body should have at least 1 items", code=612)
    return tuple(map(_matcher, range(len(found)), found))


def _matcher(index: int, posted: _PostedMatcher) -> Matcher:
    _require(posted, "is_regex", "name", "value", where=f"matchers.{index}.")
    op = _OPS[bool(posted.is_regex), posted.is_equal is not False]
    try:
        return Matcher(str(posted.name), op, str(posted.value))
    except MatcherError as error:
        sentence = f"silence invalid: invalid label matcher {index}: {error}"
        raise Refused(400, sentence) from None


def _require(posted: msgspec.Struct, *names: str, where: str = "") -> None:
    """In the order in which Alertmanager complains: by name. A null counts as missing."""
    wire = dict(zip(posted.__struct_fields__, posted.__struct_encode_fields__, strict=True))
    for name in names:
        if getattr(posted, name) is None:
            raise Refused(422, f"{where}{wire[name]} in body is required", code=602)


def _moment(text: str | None) -> int:
    """Wall microseconds; 0 for the year 1, by which Go says that a time is not set."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise _unreadable(f'parsing time "{text}": not an RFC 3339 time') from None
    if moment.year < 2:
        return 0
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _unreadable(reason: str) -> Refused:
    return Refused(400, f'parsing silence body from "" failed, because {reason}', code=400)
