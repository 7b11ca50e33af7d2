"""The pages behind answer links: nothing in them is more than text, and nothing runs."""

import re
from html.parser import HTMLParser

import pytest
from support.site import Site

CORPUS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</style><script>alert(1)</script>",
    "</title><svg/onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "{{ ''.__class__.__mro__ }}",
    "javascript:alert(1)",
    "<!--",
    "]]>",
    "&lt;script&gt;",
    "\u202ertl\u2066",
    "a\x00b",
]


class Elements(HTMLParser):
    """Which elements and attributes a browser would find."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.found += [f"{tag} {name}" for name, _ in attrs]
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]


ALLOWED = {"html", "head", "body", "meta", "title", "style", "main", "h1", "bdi", "p", "form"} | {
    "label",
    "input",
    "button",
    "ul",
    "li",
    "dl",
    "div",
    "dt",
    "dd",
    "a",
}


@pytest.mark.parametrize("evil", CORPUS, ids=range(len(CORPUS)))
async def test_nothing_a_label_says_is_more_than_text(evil: str, here: Site) -> None:
    alert = {
        "labels": {"alertname": evil, "severity": "critical", evil or "x": evil},
        "annotations": {"summary": evil, "description": evil},
        "generatorURL": "/" + evil if " " not in evil else "/",
    }
    async with here.http.post("/webhook/any", json=alert | {"title": evil}) as answer:
        assert answer.status == 200, await answer.text()
    async with here.http.post("/api/v2/alerts", json=[alert]) as answer:
        await answer.read()
    await here.until(lambda: here.loop.state.incidents)
    for number in here.loop.state.incidents:
        for target in ("user:ana/webhook", f"receiver:{evil.replace('/', '')}/slack/0"):
            async with here.http.get(f"/a/{here.token(number, target=target)}") as answer:
                assert answer.status == 200
                text = await answer.text()
            elements = Elements()
            elements.feed(text)
            assert {found.partition(" ")[0] for found in elements.found} <= ALLOWED
            assert not [found for found in elements.found if " on" in found]
            assert all(link.startswith(("http://", "https://")) for link in elements.links)
            assert "49" not in re.sub(r"\d\d:\d\d:\d\d", "", text.partition("</style>")[2])


async def test_the_page_forbids_everything_it_does_not_need(here: Site) -> None:
    number = await here.incident()
    for token, wanted in ((here.token(number), 200), ("wrong", 404)):
        async with here.http.get(f"/a/{token}") as answer:
            assert answer.status == wanted
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "form-action 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script" not in policy
        assert "unsafe" not in policy
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["X-Content-Type-Options"] == "nosniff"


async def test_only_web_addresses_become_links(here: Site) -> None:
    for index, url in enumerate(("https://prom.example/g?a=1&b=%22", "javascript:alert(1)", "/x")):
        labels = {"alertname": "Fire", "severity": "critical", "n": str(index)}
        alert = {"labels": labels, "generatorURL": url}
        async with here.http.post("/api/v2/alerts", json=[alert]) as answer:
            assert answer.status == 200, await answer.text()
    await here.until(lambda: here.loop.state.incidents)
    elements = Elements()
    async with here.http.get(f"/a/{here.token(1)}") as answer:
        elements.feed(await answer.text())
    assert elements.links == ["https://prom.example/g?a=1&b=%22"]
