"""What `http_config` asks for is what a real server sees: headers, tokens, redirects."""

import base64
import json
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from support.channels import hook
from support.outgoing import outgoing, yes
from support.servers import Answer, HttpServer, Request, WebhookServer

from router.core.http_options import Authorization, BasicAuth, HttpOptions, OAuth2, SecretFile
from router.core.integration import WebhookIntegration
from router.core.secret import Secret
from router.errors import DeliveryError, PermanentDeliveryError, Withdrawn
from router.senders.senders import Senders


def secret(value: str) -> Secret:
    return Secret("${X}", value)


def webhook_with(server: HttpServer, **options: object) -> WebhookIntegration:
    http = HttpOptions(**options)  # type: ignore[arg-type]
    return msgspec.structs.replace(hook(server, signed=False), http=http)


class TokenServer(HttpServer):
    """Gives `token-1`, `token-2` … to the client `me` whose secret is `s p`."""

    def __init__(self) -> None:
        super().__init__()
        self.expires_in: float | str | None = 3600
        self.by_header = True
        self.given = 0

    def success(self, request: Request) -> Answer:
        login = base64.b64encode(b"me:s+p").decode()
        if self.by_header:
            good = request.headers.get("Authorization") == f"Basic {login}"
        else:
            form = request.form()
            good = (form.get("client_id"), form.get("client_secret")) == ("me", "s p")
        if not good:
            return Answer(status=401, body=b'{"error":"invalid_client"}')
        self.given += 1
        said = {"access_token": f"token-{self.given}", "token_type": "bearer"}
        expires = {} if self.expires_in is None else {"expires_in": self.expires_in}
        return Answer(status=200, body=json.dumps({**said, **expires}).encode())


def oauth(server: HttpServer, word: str = "s p", **more: object) -> OAuth2:
    return OAuth2(
        client_id="me",
        client_secret=secret(word),
        token_url=secret(f"{server.url}/token"),
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("options", "header"),
    [
        (
            {"basic_auth": BasicAuth(username="ana", password=secret("p:w"))},
            f"Basic {base64.b64encode(b'ana:p:w').decode()}",
        ),
        ({"authorization": Authorization(credentials=secret("abc"))}, "Bearer abc"),
        ({"authorization": Authorization(scheme="Key", credentials=secret("k"))}, "Key k"),
    ],
)
async def test_it_logs_in(
    options: dict[str, object], header: str, senders: Senders, webhook: WebhookServer
) -> None:
    await senders.send(outgoing(), webhook_with(webhook, **options), yes)
    assert webhook.requests[0].headers["Authorization"] == header


async def test_a_login_in_the_address_comes_first(senders: Senders, webhook: WebhookServer) -> None:
    found = webhook_with(webhook, authorization=Authorization(credentials=secret("abc")))
    address = webhook.url.replace("http://", "http://u:p@")
    await senders.send(outgoing(), msgspec.structs.replace(found, url=secret(address)), yes)
    login = base64.b64encode(b"u:p").decode()
    assert webhook.requests[0].headers["Authorization"] == f"Basic {login}"


async def test_a_secret_in_a_file_is_read_at_each_use(
    senders: Senders, webhook: WebhookServer, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    kept = SecretFile("token", str(file))
    found = webhook_with(webhook, authorization=Authorization(credentials=kept))
    for word in ("first", "second"):
        file.write_text(f" {word}\n")
        await senders.send(outgoing(), found, yes)
    said = [request.headers["Authorization"] for request in webhook.requests]
    assert said == ["Bearer first", "Bearer second"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "token cannot be read: No such file or directory"),
        (b"\n", "token is empty"),
        (b"\xff", "token is not UTF-8 text"),
        (b"x" * 70_000, "token is longer than 65536 bytes"),
    ],
)
async def test_a_file_that_cannot_be_used_is_named_and_tried_again(
    content: bytes | None, words: str, senders: Senders, webhook: WebhookServer, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    kept = SecretFile("token", str(file))
    found = webhook_with(webhook, authorization=Authorization(credentials=kept))
    with pytest.raises(DeliveryError, match=words) as caught:
        await senders.send(outgoing(), found, yes)
    assert not isinstance(caught.value, PermanentDeliveryError)
    assert not caught.value.ambiguous
    assert str(tmp_path) not in str(caught.value)
    assert webhook.requests == []


async def test_it_adds_headers(senders: Senders, webhook: WebhookServer, tmp_path: Path) -> None:
    (tmp_path / "h").write_text("from-a-file\n")
    kept = SecretFile("h", str(tmp_path / "h"))
    headers = (("X-Team", "ops"), ("X-Team", secret("hidden")), ("X-File", kept))
    await senders.send(outgoing(), webhook_with(webhook, headers=headers), yes)
    found = webhook.requests[0].headers
    assert found.getall("X-Team") == ["ops", "hidden"]
    assert found["X-File"] == "from-a-file"


async def test_what_was_sent_in_secret_is_not_repeated_in_an_error(
    senders: Senders, webhook: WebhookServer
) -> None:
    webhook.answers = [Answer(status=403, body=b"who is Bearer verysecretword?")]
    kept = Authorization(credentials=secret("verysecretword"))
    with pytest.raises(PermanentDeliveryError, match=r"who is Bearer \*\*\*\?"):
        await senders.send(outgoing(), webhook_with(webhook, authorization=kept), yes)


async def test_a_token_is_asked_for_once(senders: Senders, webhook: WebhookServer) -> None:
    async with TokenServer.open() as tokens:
        scoped = oauth(tokens, scopes=("a", "b"), parameters=(("audience", "x"),))
        for _ in range(2):
            await senders.send(outgoing(), webhook_with(webhook, oauth2=scoped), yes)
        said = [request.headers["Authorization"] for request in webhook.requests]
        assert said == ["Bearer token-1", "Bearer token-1"]
        (asked,) = tokens.requests
        assert asked.path == "/token"
        expected = {"grant_type": "client_credentials", "scope": "a b", "audience": "x"}
        assert asked.form() == expected


@pytest.mark.parametrize("expires_in", [5, "5", 0, -1])
async def test_a_token_that_runs_out_is_asked_for_anew(
    expires_in: float | str, senders: Senders, webhook: WebhookServer
) -> None:
    async with TokenServer.open() as tokens:
        tokens.expires_in = expires_in
        for _ in range(2):
            await senders.send(outgoing(), webhook_with(webhook, oauth2=oauth(tokens)), yes)
        assert webhook.requests[1].headers["Authorization"] == "Bearer token-2"


async def test_a_token_that_is_refused_is_asked_for_anew_at_the_next_attempt(
    senders: Senders, webhook: WebhookServer
) -> None:
    async with TokenServer.open() as tokens:
        found = webhook_with(webhook, oauth2=oauth(tokens))
        await senders.send(outgoing(), found, yes)
        webhook.answers = [Answer(status=401)]
        with pytest.raises(DeliveryError, match="a new access token is asked for") as caught:
            await senders.send(outgoing(), found, yes)
        assert not isinstance(caught.value, PermanentDeliveryError)
        await senders.send(outgoing(), found, yes)
        assert webhook.requests[2].headers["Authorization"] == "Bearer token-2"


async def test_a_fresh_token_that_is_refused_is_no_use(
    senders: Senders, webhook: WebhookServer
) -> None:
    webhook.answers = [Answer(status=401)]
    async with TokenServer.open() as tokens:
        with pytest.raises(PermanentDeliveryError, match="answered 401"):
            await senders.send(outgoing(), webhook_with(webhook, oauth2=oauth(tokens)), yes)


async def test_an_endpoint_that_wants_the_client_in_the_form_gets_it_there(
    senders: Senders, webhook: WebhookServer
) -> None:
    async with TokenServer.open() as tokens:
        tokens.by_header = False
        tokens.expires_in = 0
        for _ in range(2):
            await senders.send(outgoing(), webhook_with(webhook, oauth2=oauth(tokens)), yes)
        assert len(tokens.requests) == 3, "the way it wants is remembered"
        assert webhook.requests[1].headers["Authorization"] == "Bearer token-2"


async def test_a_client_that_is_not_known_is_said_so(
    senders: Senders, webhook: WebhookServer
) -> None:
    async with TokenServer.open() as tokens:
        wrong = oauth(tokens, "a wrong secret")
        with pytest.raises(PermanentDeliveryError, match="answered 401 invalid_client") as caught:
            await senders.send(outgoing(), webhook_with(webhook, oauth2=wrong), yes)
        assert "wrong secret" not in str(caught.value)
    assert webhook.requests == []


@pytest.mark.parametrize("answer", [Answer(status=503), Answer(status=200, body=b"{}")])
async def test_an_endpoint_in_trouble_is_asked_again_later(
    answer: Answer, senders: Senders, webhook: WebhookServer
) -> None:
    async with TokenServer.open() as tokens:
        tokens.answers = [answer]
        found = webhook_with(webhook, oauth2=oauth(tokens))
        with pytest.raises(DeliveryError, match="no access token") as caught:
            await senders.send(outgoing(), found, yes)
        assert not isinstance(caught.value, PermanentDeliveryError)
        await senders.send(outgoing(), found, yes)
    assert len(webhook.requests) == 1


async def test_an_endpoint_that_never_answers_takes_no_more_than_the_time_there_is(
    senders: Senders, webhook: WebhookServer
) -> None:
    async with TokenServer.open() as tokens:
        tokens.answers = [Answer(hang=60)]
        found = webhook_with(webhook, oauth2=oauth(tokens))
        hasty = msgspec.structs.replace(found, timeout=200_000)
        with pytest.raises(DeliveryError) as caught:
            await senders.send(outgoing(), hasty, yes)
        assert not caught.value.ambiguous
    assert webhook.requests == []


async def test_a_redirect_ends_the_attempt_unless_it_is_to_be_followed(
    senders: Senders, webhook: WebhookServer
) -> None:
    webhook.answers = [Answer(status=307, headers={"Location": "/there"})]
    with pytest.raises(PermanentDeliveryError, match="follow_redirects"):
        await senders.send(outgoing(), webhook_with(webhook), yes)


@pytest.mark.parametrize(
    ("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")]
)
async def test_a_redirect_is_followed(
    status: int, method: str, senders: Senders, webhook: WebhookServer
) -> None:
    webhook.answers = [Answer(status=status, headers={"Location": "/there"})]
    login = Authorization(credentials=secret("abc"))
    found = webhook_with(webhook, follow_redirects=True, authorization=login)
    await senders.send(outgoing(), found, yes)
    first, second = webhook.requests
    assert (second.method, second.path) == (method, "/there")
    assert second.body == (first.body if method == "POST" else b"")
    assert second.headers["Authorization"] == "Bearer abc"


async def test_a_redirect_to_another_host_gets_no_credentials(
    senders: Senders, webhook: WebhookServer
) -> None:
    async with HttpServer.open() as other:
        webhook.answers = [Answer(status=307, headers={"Location": f"{other.url}/x"})]
        found = webhook_with(
            webhook,
            follow_redirects=True,
            authorization=Authorization(credentials=secret("abc")),
            headers=(("X-Key", secret("k")),),
        )
        await senders.send(outgoing(), found, yes)
        (request,) = other.requests
    assert "Authorization" not in request.headers
    assert "X-Key" not in request.headers
    assert request.body == webhook.requests[0].body


async def test_redirects_in_a_circle_end(senders: Senders, webhook: WebhookServer) -> None:
    webhook.answers = [Answer(status=308, headers={"Location": "/again"})] * 20
    with pytest.raises(PermanentDeliveryError, match="more than 10 redirects"):
        await senders.send(outgoing(), webhook_with(webhook, follow_redirects=True), yes)
    assert len(webhook.requests) == 11


@pytest.mark.parametrize("location", ["ftp://x/", "file:///etc/passwd", "http://[", "javascript:x"])
async def test_a_redirect_leads_to_web_addresses_only(
    location: str, senders: Senders, webhook: WebhookServer
) -> None:
    webhook.answers = [Answer(status=307, headers={"Location": location})]
    with pytest.raises(PermanentDeliveryError, match="redirects to an address that"):
        await senders.send(outgoing(), webhook_with(webhook, follow_redirects=True), yes)


async def test_what_was_answered_meanwhile_is_not_sent_to_where_it_was_redirected(
    senders: Senders, webhook: WebhookServer
) -> None:
    webhook.answers = [Answer(status=307, headers={"Location": "/there"})]
    with pytest.raises(Withdrawn):
        await senders.send(
            outgoing(),
            webhook_with(webhook, follow_redirects=True),
            lambda: not webhook.requests,
        )
    assert [urlsplit(request.path).path for request in webhook.requests] == ["/hooks/pathsecret42"]
