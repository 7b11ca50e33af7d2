"""A request and its answer, as the channels see them."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from router.core.http_options import HttpOptions

Wanted = Callable[[], bool]


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A request. `name` is what errors call the far side; `secrets` never show in one.

    `timeout` is the seconds for all of it. `at` is the wall time in microseconds. `http` says how
    the request is made; what it holds is kept out of answers and errors without being named here.
    """

    name: str
    url: str
    body: bytes
    headers: Mapping[str, str]
    timeout: float
    at: int
    secrets: Sequence[str] = ()
    http: HttpOptions = HttpOptions()
    method: str = "POST"

    def __repr__(self) -> str:
        return f"Post({self.name!r}, ***)"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: at most 64 KB of it. `retry_after` is in seconds, when the far side named it.

    `whole` is false when the connection failed, or time ran out, before the body's end. `location`
    is where a redirect leads.
    """

    status: int
    body: bytes = b""
    retry_after: float | None = None
    whole: bool = True
    location: str = ""

    @property
    def ok(self) -> bool:
        """Whether the status says it was taken."""
        return 200 <= self.status < 300
