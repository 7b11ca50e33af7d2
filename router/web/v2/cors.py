"""Cross-origin reads of `/api/v2`, as Alertmanager allows them: any origin; GET, POST, HEAD.

Facts: Alertmanager serves its API behind rs/cors' defaults, so a preflight for DELETE gets no
permission. What needs a token needs it from a browser too: see who.py.
"""

from aiohttp import web

_METHODS = ("GET", "POST", "HEAD")
_HEADERS = ("accept", "content-type", "x-requested-with", "origin")
_PREFLIGHT_VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"


def is_preflight(request: web.Request) -> bool:
    """Whether a browser asks beforehand what it may send to the API."""
    return (
        request.method == "OPTIONS"
        and "Access-Control-Request-Method" in request.headers
        and request.path.startswith("/api/v2/")
    )


def preflight(request: web.Request) -> web.Response:
    """Permission for a method and headers that are allowed, else an answer without any."""
    answer = web.Response(status=204, headers={"Vary": _PREFLIGHT_VARY})
    method = request.headers["Access-Control-Request-Method"].upper()
    names = request.headers.get("Access-Control-Request-Headers", "")
    wanted = [name.strip().lower() for name in names.split(",") if name.strip()]
    if "Origin" in request.headers and method in _METHODS and set(wanted) <= set(_HEADERS):
        answer.headers["Access-Control-Allow-Methods"] = method
        answer.headers["Access-Control-Allow-Origin"] = "*"
        if wanted:
            answer.headers["Access-Control-Allow-Headers"] = ", ".join(wanted)
    return answer


def allow(request: web.Request, answer: web.StreamResponse) -> None:
    """Let pages of any origin read an answer that is not a preflight's."""
    if request.method == "OPTIONS" and "Vary" in answer.headers:
        return
    answer.headers["Vary"] = "Origin"
    if "Origin" in request.headers:
        answer.headers["Access-Control-Allow-Origin"] = "*"
