"""`http_config` in routes.toml: Alertmanager's keys, and a sentence for each mistake."""

from pathlib import Path

import pytest
from support.routes_file import problems, read, whole

from router.core.http_options import (
    Authorization,
    BasicAuth,
    HttpOptions,
    OAuth2,
    Proxy,
    SecretFile,
    Tls,
)
from router.core.integration import HttpIntegration
from router.core.secret import Secret

PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
ENVIRON = {"S": "secret", "PROXY": "http://me:pw@proxy:3128", "https_proxy": "proxy.local:1"}


def options(written: str, folder: Path, *, where: str = "receivers.x") -> HttpOptions:
    shared = f"[channels.webhook]\nhttp_config = {written}\n" if where == "channels" else ""
    own = f", http_config = {written}" if where != "channels" else ""
    text = f'{shared}[receivers.x]\nwebhook = [{{ url = "${{S}}://h/"{own} }}]\n'
    environ = {**ENVIRON, "S": "http"}
    (found,) = (
        read(whole(text), environ=environ, folder=folder).configuration.receivers["x"].integrations
    )
    assert isinstance(found, HttpIntegration)
    return found.http


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{}", HttpOptions()),
        ("{ follow_redirects = true }", HttpOptions(follow_redirects=True)),
        (
            '{ basic_auth = { username = "ana", password = "${S}" } }',
            HttpOptions(basic_auth=BasicAuth(username="ana", password=Secret("${S}", "http"))),
        ),
        (
            '{ authorization = { credentials_file = "token" } }',
            HttpOptions(
                authorization=Authorization(credentials=SecretFile("token", "FOLDER/token"))
            ),
        ),
        (
            '{ bearer_token = "${S}" }',
            HttpOptions(authorization=Authorization(credentials=Secret("${S}", "http"))),
        ),
        (
            '{ oauth2 = { client_id = "me", client_secret_file = "token", scopes = ["a"],'
            ' token_url = "https://t/", endpoint_params = { audience = "x" } } }',
            HttpOptions(
                oauth2=OAuth2(
                    client_id="me",
                    client_secret=SecretFile("token", "FOLDER/token"),
                    token_url=Secret("routes.toml", "https://t/"),
                    scopes=("a",),
                    parameters=(("audience", "x"),),
                )
            ),
        ),
        (
            '{ tls_config = { ca_file = "ca.pem", server_name = "n", min_version = "TLS13" } }',
            HttpOptions(
                tls=Tls(
                    ca=SecretFile("ca.pem", "FOLDER/ca.pem"),
                    server_name="n",
                    min_version="TLS13",
                )
            ),
        ),
        (
            '{ proxy_url = "${PROXY}", no_proxy = "a.org" }',
            HttpOptions(
                proxy=Proxy(
                    http=Secret("${PROXY}", "http://me:pw@proxy:3128"),
                    https=Secret("${PROXY}", "http://me:pw@proxy:3128"),
                    no_proxy="a.org",
                )
            ),
        ),
        (
            "{ proxy_from_environment = true }",
            HttpOptions(
                proxy=Proxy(https=Secret("${HTTPS_PROXY}", "http://proxy.local:1"), no_proxy="")
            ),
        ),
        (
            '{ http_headers = { X-A = { values = ["1", "2"], secrets = ["${S}"],'
            ' files = ["token"] } } }',
            HttpOptions(
                headers=(
                    ("X-A", "1"),
                    ("X-A", "2"),
                    ("X-A", Secret("${S}", "http")),
                    ("X-A", SecretFile("token", "FOLDER/token")),
                )
            ),
        ),
    ],
)
@pytest.mark.parametrize("where", ["receivers.x", "channels"])
def test_it_is_read(written: str, expected: HttpOptions, where: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("word\n")
    (tmp_path / "ca.pem").write_text(PEM)
    found = options(written, tmp_path, where=where)
    assert repr(found).replace(str(tmp_path), "FOLDER") == repr(expected)
    if "FOLDER" not in repr(expected):
        assert found == expected


def test_ones_own_replaces_that_of_the_channel(tmp_path: Path) -> None:
    text = (
        '[channels.webhook]\nhttp_config = { proxy_url = "http://p:1" }\n[receivers.x]\n'
        'webhook = [{ url = "http://h/", http_config = { follow_redirects = true } }]\n'
    )
    (found,) = read(whole(text)).configuration.receivers["x"].integrations
    assert isinstance(found, HttpIntegration)
    assert found.http == HttpOptions(follow_redirects=True)


def test_a_person_is_reached_as_the_channel_says() -> None:
    text = (
        '[channels.sms]\naccount = "${S}"\ntoken = "${S}"\nfrom = "+15555550100"\n'
        'http_config = { proxy_url = "http://p:1" }\n[users.ana]\nphone = "+15555550101"\n'
    )
    method = read(whole(text), environ=ENVIRON).configuration.users["ana"].methods["sms"]
    assert isinstance(method, HttpIntegration)
    assert method.http.proxy.http == Secret("routes.toml", "http://p:1")


def test_what_is_missing_is_noted_and_what_needs_it_waits(tmp_path: Path) -> None:
    text = (
        '[receivers.x]\nwebhook = [{ url = "http://h/", http_config = {'
        ' basic_auth = { username_file = "gone", password = "${LACKING}" } } }]\n'
    )
    loaded = read(whole(text), folder=tmp_path)
    path = "receivers.x.webhook[0].http_config.basic_auth"
    assert loaded.missing == (
        f"{path}.username_file: gone cannot be read: No such file or directory",
        f"{path}.password: ${{LACKING}} is not set",
    )
    (found,) = loaded.configuration.receivers["x"].integrations
    assert found.missing == ("${LACKING}",)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('{ basic_auth = { pasword = "x" } }', "basic_auth.pasword: unknown key 'pasword'; did"),
        (
            '{ basic_auth = { username = "a" }, bearer_token = "${S}" }',
            "bearer_token: basic_auth is there too; give only one way to log in",
        ),
        (
            '{ bearer_token = "${S}", bearer_token_file = "f" }',
            "bearer_token_file: bearer_token is there too; give only one",
        ),
        ('{ authorization = { type = "Basic", credentials = "${S}" } }', 'type: cannot be "basic"'),
        ("{ authorization = {} }", "authorization: needs credentials or credentials_file"),
        ('{ oauth2 = { client_id = "a" } }', "oauth2: needs a token_url"),
        ('{ oauth2 = { token_url = "http://a/" } }', "oauth2: needs a client_id"),
        ('{ oauth2 = { client_id = "a", token_url = "a" } }', "token_url: is no address"),
        ('{ tls_config = { key_file = "k" } }', "tls_config: needs cert or cert_file too"),
        ('{ tls_config = { ca = "${S}" } }', "ca: ${S} holds no PEM block"),
        ('{ tls_config = { min_version = "TLS9" } }', "min_version: 'TLS9' is not known here"),
        (
            '{ tls_config = { min_version = "TLS13", max_version = "TLS12" } }',
            "min_version: is later than max_version",
        ),
        ('{ proxy_url = "socks5://p:1" }', "proxy_url: is a SOCKS proxy"),
        ('{ no_proxy = "a" }', "no_proxy: is of no use without proxy_url"),
        (
            '{ proxy_url = "http://p", proxy_from_environment = true }',
            "proxy_url: proxy_from_environment is there too; give only one",
        ),
        (
            '{ http_headers = { Host = { values = ["a"] } } }',
            "http_headers.Host: this header cannot be set",
        ),
        (
            '{ http_headers = { "X Y" = { values = ["a"] } } }',
            'http_headers."X Y": is no name of a header',
        ),
        (
            '{ http_headers = { X = { values = "a" } } }',
            "X.values: expected an array of texts, got one text",
        ),
    ],
)
def test_a_mistake_is_named(written: str, said: str) -> None:
    text = f'[receivers.x]\nwebhook = [{{ url = "http://h/", http_config = {written} }}]\n'
    (found,) = problems(text, environ=ENVIRON)
    assert found.startswith("routes.toml:2: receivers.x.webhook[0].http_config")
    assert said in found


def test_channels_that_do_not_speak_http_do_not_know_it() -> None:
    (found,) = problems("[receivers.x]\nconsole = [{ http_config = {} }]\n")
    assert "unknown key 'http_config'" in found
