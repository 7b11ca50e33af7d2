"""Alertmanager's API v2: the body of `POST /api/v2/alerts`, as Prometheus sends it."""

import re
from collections.abc import Mapping

import msgspec

from router.core.alert import Alert, Report
from router.errors import DecodeError
from router.ingest.decoded import Decoded, Invalid, read_json, valid_utf8
from router.ingest.pairs import annotation_bytes, label_set, read_pairs
from router.ingest.times import MOMENTS

_URI = re.compile(r"/[^\x00-\x20\x7f]*|[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x1f\x7f]*").fullmatch

_HTTP = ("http://", "https://")
_URLS: dict[str, str] = {}
_URLS_SIZE = 4096
_URL_LONGEST = 1024


class BodyError(DecodeError):
    """The whole body is refused. Answer `status` with `{"code": code, "message": str(error)}`.

    400 with code 400 for what is not JSON or of another type; 422 with code 602 for something
    required that is missing and 601 for an address that is none.
    """

    def __init__(self, message: str, *, status: int = 422, code: int = 602) -> None:
        self.status = status
        self.code = code
        super().__init__(message)


class _Posted(msgspec.Struct, gc=False, rename="camel"):
    labels: msgspec.Raw = msgspec.Raw(b"null")
    annotations: msgspec.Raw = msgspec.Raw(b"{}")
    starts_at: str | None = None
    ends_at: str | None = None
    url: str | None = msgspec.field(default=None, name="generatorURL")


_BODY = msgspec.json.Decoder(list[_Posted] | None)


def decode(
    body: bytes,
    *,
    now_wall: int,
    source: str,
    cid: str,
    known: Mapping[bytes, Alert],
    resolve_timeout: int,
) -> Decoded:
    """The alerts of a body that are valid; each other one is named among the problems.

    `known` are the alerts of the state: a label set sent in its canonical bytes, and annotations
    sent as they are kept, are not decoded again. The problems are Alertmanager's own sentences,
    which its API joins with `; `. Facts: the models and `Alert.Validate` of API v2, tried on 0.25.

    Raises:
        BodyError: nothing of the body can be taken.
    """
    timeout_at = now_wall + resolve_timeout
    reports, problems = [], []
    for index, posted in enumerate(_posted(body)):
        try:
            reports.append(_report(posted, known, timeout_at, source, cid))
        except Invalid as problem:
            problems.append(str(problem))
        except DecodeError as error:
            raise _unreadable(f"{error} - at `$[{index}]`") from None
        except _Refused as refused:
            raise BodyError(f"{index}.{refused}", code=refused.code) from None
    return Decoded(tuple(reports), tuple(problems))


def _posted(body: bytes) -> list[_Posted]:
    if not body.strip():
        raise BodyError("alerts in body is required")
    try:
        return read_json(_BODY, valid_utf8(body)) or []
    except DecodeError as error:
        raise _unreadable(str(error)) from None


def _unreadable(reason: str) -> BodyError:
    message = f'parsing alerts body from "" failed, because {reason}'
    return BodyError(message, status=400, code=400)


class _Refused(Exception):
    """One alert for which Alertmanager refuses the whole body."""

    def __init__(self, message: str, code: int) -> None:
        self.code = code
        super().__init__(message)


def _report(
    posted: _Posted, known: Mapping[bytes, Alert], timeout_at: int, source: str, cid: str
) -> Report:
    url = posted.url or ""
    labels, annotations = bytes(posted.labels), bytes(posted.annotations)
    if labels == b"null":
        raise _Refused("labels in body is required", 602)
    alert = known.get(labels)
    if alert is not None and alert.url == url:
        url = alert.url  # Seen before: neither checked nor kept once more.
    elif url:
        url = _URLS.get(url) or _address(url)
    starts_at, ends_at = MOMENTS[posted.starts_at], MOMENTS[posted.ends_at]
    if starts_at is not None and starts_at > (timeout_at if ends_at is None else ends_at):
        raise Invalid("start time must be before end time")
    labels = label_set(read_pairs(labels)) if alert is None else alert.labels
    if alert is not None and annotations == alert.annotations:
        annotations = alert.annotations  # The same bytes, not as many again.
    else:
        annotations = annotation_bytes(annotations)
    return Report(
        labels=labels,
        annotations=annotations,
        starts_at=starts_at,
        ends_at=ends_at,
        url=url,
        source=source,
        cid=cid,
    )


def _address(url: str) -> str:
    """The address, checked; from now on one and the same text for all alerts of a rule."""
    if not _is_uri(url):
        raise _Refused(f'generatorURL in body must be of type uri: "{url}"', 601)
    if len(_URLS) >= _URLS_SIZE:
        _URLS.clear()
    if len(url) <= _URL_LONGEST:
        _URLS[url] = url
    return url


def _is_uri(url: str) -> bool:
    """Whether Go's `url.ParseRequestURI` would have it: an absolute path, or with a scheme."""
    if url.startswith(_HTTP) and " " not in url:
        return True
    host = url.partition("://")[2].partition("/")[0]
    return " " not in host and _URI(url) is not None
