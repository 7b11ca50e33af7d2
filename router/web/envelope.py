"""What every request and every answer gets: a correlation id, its headers, its shape of refusal."""

import random
import re
from collections.abc import Awaitable, Callable
from time import perf_counter

from aiohttp import web

from router.errors import Overloaded, StoreError
from router.runtime.traffic import Traffic
from router.web import refusal
from router.web.connection import Connection
from router.web.refusal import Refused
from router.web.v2 import cors, query

CID: web.RequestKey[str] = web.RequestKey("cid", str)
TRAFFIC: web.AppKey[Traffic] = web.AppKey("traffic", Traffic)

_AWAY_SECONDS = 5  # How long a sender should wait while our disk fails us.
_Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def envelope(request: web.Request, handler: _Answering) -> web.StreamResponse:
    """Answer a request, whatever comes of it."""
    cid = request[CID] = f"{random.getrandbits(64):016x}"  # No secret: it need only be rare.
    connection, traffic = request.protocol, request.app[TRAFFIC]
    method, size, began = request.method.lower(), 0, perf_counter()
    if isinstance(connection, Connection):
        connection.begin()
    traffic.begin(method)
    try:
        answer = await _answer(request, handler)
        size = answer.content_length or 0
    finally:
        traffic.end((_path(request), method), perf_counter() - began, size)
        if isinstance(connection, Connection):
            connection.end()
    answer.headers["X-Correlation-Id"] = cid
    answer.headers["Server"] = "tocsin"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers.setdefault("Cache-Control", "no-store")
    if request.path.startswith("/api/v2/"):
        cors.allow(request, answer)
    return answer


async def _answer(request: web.Request, answering: _Answering) -> web.StreamResponse:
    if cors.is_preflight(request):
        return cors.preflight(request)
    try:
        if request.method == "GET" and request.path.startswith("/api/"):
            if request.path.startswith("/api/v2/"):
                query.require_json_wanted(request.headers)
            return await _read(request, answering)
        return await answering(request)
    except Refused as refused:
        return refusal.answer(refused, request.path)
    except Overloaded as error:
        return refusal.answer(later(str(error), error.retry_after), request.path)
    except StoreError as error:
        return refusal.answer(later(str(error)), request.path)
    except web.HTTPNotFound:
        return _not_found(request)
    except web.HTTPMethodNotAllowed as error:
        return refusal.answer(_not_allowed(error), request.path)


async def _read(request: web.Request, answering: _Answering) -> web.StreamResponse:
    """A read of the API, if there are not too many at once. Writes and probes are never refused."""
    traffic = request.app[TRAFFIC]
    if not traffic.take_get():
        limit = traffic.gets_most
        sentence = f"Limit of concurrent GET requests reached ({limit}), try again later.\n"
        return web.Response(status=503, text=sentence, headers={"Retry-After": "1"})
    try:
        return await answering(request)
    finally:
        traffic.give_get()


def _path(request: web.Request) -> str:
    """The path as the table writes it, or nothing for one that is not there."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else ""


def later(sentence: str, seconds: int = _AWAY_SECONDS) -> Refused:
    """A 503 that asks the sender to come again.

    The wait has jitter, so that senders turned away together do not come back together.
    """
    wait = seconds + random.randint(0, seconds)
    return Refused(503, sentence, headers={"Retry-After": str(wait)})


def _not_found(request: web.Request) -> web.Response:
    path = request.path
    single = re.sub("/{2,}", "/", path)
    if single != path and single.startswith("/api/v2"):
        query = f"?{request.query_string}" if request.query_string else ""
        return web.Response(status=301, headers={"Location": f"{single}{query}"})
    return refusal.answer(Refused(404, f"path {path} was not found", code=404), path)


def _not_allowed(error: web.HTTPMethodNotAllowed) -> Refused:
    allowed = sorted(error.allowed_methods, reverse=True)
    sentence = f"method {error.method} is not allowed, but [{','.join(allowed)}] are"
    return Refused(405, sentence, code=405, headers={"Allow": ", ".join(allowed)})
