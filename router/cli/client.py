"""Talks to a running service by HTTP, with nothing but the standard library."""

import json
from collections.abc import Callable
from email.message import Message
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import (
    BaseHandler,
    HTTPRedirectHandler,
    ProxyHandler,
    Request,
    build_opener,
)

import click

from router.cli.failure import Failure

URL = "http://127.0.0.1:9093"
SECONDS = 15.0

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
F = TypeVar("F", bound=Callable[..., Any])


def token_option(command: F) -> F:
    """Give a command `--token`."""
    return click.option(
        "--token",
        envvar="TOCSIN_TOKEN",
        default="",
        help="A token of its [api]. Better in $TOCSIN_TOKEN: other users can see arguments.",
    )(command)


def options(command: F) -> F:
    """Give a command `--url` and `--token`, from which a Client is made."""
    url = click.option(
        "--url", envvar="TOCSIN_URL", default=URL, show_default=True, help="Where it listens."
    )
    return url(token_option(command))


class Client:
    """One service. Its errors become failures that say what to do.

    `instead` is what else can be done when nothing answers.
    """

    def __init__(self, url: str, token: str, *, instead: str = "") -> None:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise Failure(f"{url!r} is no address; write --url like {URL}")
        self.url = url.rstrip("/")
        self._token = token
        self._instead = instead
        handlers: list[BaseHandler] = [_NoRedirect()]
        if urlsplit(url).hostname in _LOOPBACK:
            handlers.append(ProxyHandler({}))  # No proxy leads to this machine.
        self._opener = build_opener(*handlers)

    def get(self, path: str, wanted: str, **query: object) -> dict[str, Any]:
        """What a GET answers, an object that has what is `wanted`."""
        asked = {name: value for name, value in query.items() if value not in (None, "")}
        answer = self._ask(
            Request(f"{self.url}{path}{'?' if asked else ''}{urlencode(asked, doseq=True)}")
        )
        return self._with(wanted, answer)

    def post(self, path: str, body: object, wanted: str) -> dict[str, Any]:
        """What a POST of this JSON answers, an object that has what is `wanted`."""
        return self._with(wanted, self._ask(self._posting(path, body)))

    def delete(self, path: str, wanted: str, **query: object) -> dict[str, Any]:
        """What a DELETE answers, an object that has what is `wanted`."""
        request = Request(f"{self.url}{path}?{urlencode(query)}", method="DELETE")
        return self._with(wanted, self._ask(request))

    def get_list(self, path: str, **query: object) -> list[Any]:
        """What a GET answers that answers a list."""
        asked = {name: value for name, value in query.items() if value not in (None, "")}
        answer = self._ask(Request(f"{self.url}{path}?{urlencode(asked, doseq=True)}"))
        if not isinstance(answer, list):
            raise self._strange()
        return answer

    def remove(self, path: str, missing: str) -> None:
        """DELETE it; `missing` is the sentence to fail with when it is not there."""
        try:
            self._ask(Request(f"{self.url}{path}", method="DELETE"))
        except _Missing:
            raise Failure(missing) from None

    def put(self, path: str, body: object) -> None:
        """POST this JSON; there is nothing to be answered but that it was taken."""
        self._ask(self._posting(path, body))

    def _posting(self, path: str, body: object) -> Request:
        payload = json.dumps(body).encode("ascii")
        headers = {"Content-Type": "application/json"}
        return Request(f"{self.url}{path}", payload, headers, method="POST")

    def _with(self, wanted: str, answer: Any) -> dict[str, Any]:
        if not isinstance(answer, dict) or wanted not in answer:
            raise self._strange()
        return answer

    def _strange(self) -> Failure:
        return Failure(f"what answers at {self.url} is not Tocsin; check --url")

    def _ask(self, request: Request) -> Any:
        request.add_header("Accept", "application/json")
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                return _read(answer.read())
        except HTTPError as error:
            with error:
                kind = _Missing if error.code == 404 else Failure
                raise kind(self._refused(error.code, error.headers, error.read())) from None
        except URLError as error:
            raise Failure(self._unreachable(error.reason)) from None
        except ValueError:
            raise self._strange() from None
        except (OSError, HTTPException) as error:
            raise Failure(self._unreachable(error)) from None

    def _refused(self, status: int, headers: Message, body: bytes) -> str:
        said = _said(body)
        if 300 <= status < 400:
            return f"{self.url} sends us to {headers.get('Location')}; name that with --url"
        if status == 401:
            return f"{said or 'a token is needed'}: set $TOCSIN_TOKEN or use --token"
        if status == 503:
            return f"the service cannot do that now ({said or 'no reason given'}); try again soon"
        return said or f"{self.url} answered {status} and no reason"

    def _unreachable(self, reason: object) -> str:
        said = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        return (
            f"nothing answers at {self.url} ({said}); start it with `tocsin serve`, or say where"
            f" it listens with --url{self._instead}"
        )


class _Missing(Failure):
    """Nothing is there."""


class _NoRedirect(HTTPRedirectHandler):
    """A token must not follow wherever an answer points."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def _read(body: bytes) -> Any:
    return json.loads(body) if body.strip() else None


def _said(body: bytes) -> str:
    """The sentence in a refusal, in whichever of its shapes."""
    try:
        answer = _read(body)
    except ValueError:
        return ""
    if isinstance(answer, dict):
        answer = answer.get("error") or answer.get("message") or answer.get("text")
    return answer.strip() if isinstance(answer, str) else ""
