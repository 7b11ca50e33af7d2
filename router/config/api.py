"""The API's door: where it listens, and which token may do what."""

from router.config.address import host_port
from router.config.names import distinct
from router.config.nearest import hint
from router.config.table import Table
from router.config.vault import Vault
from router.core.secret import Secret
from router.core.settings import SCOPES, ApiSettings, ApiToken, is_loopback


def read(root: Table, vault: Vault) -> ApiSettings:
    """What `[api]` says. Off loopback it needs tokens, or says that it is open on purpose."""
    table = root.table("api")
    tokens = tuple(_token(each, vault) for each in table.tables("tokens"))
    broad = table.choice("broad_silences", ("refuse", "allow"), "refuse")
    settings = ApiSettings(
        listen=table.parsed("listen", host_port, "127.0.0.1:9093"),
        open=table.flag("open", False),
        tokens=tokens,
        broad_silences="allow" if broad == "allow" else "refuse",
        max_silences=table.number("max_silences", 0, least=0, most=1_000_000),
        max_silence_bytes=table.number("max_silence_bytes", 0, least=0, most=10_000_000),
    )
    for position, token in enumerate(tokens):
        if token.name in (each.name for each in tokens[:position]):
            what = f"another token is called {token.name!r} already"
            table.problem(what, "tokens", position, "name")
    if not is_loopback(settings.listen) and not settings.open and "tokens" not in table:
        what = "other machines can reach it, so it needs tokens, or open = true"
        table.findings.problem(table.at("listen"), what, [table.at("tokens"), table.at("open")])
    if settings.open and tokens:
        table.findings.warn(table.at("open"), "nobody is asked for the tokens, as it is open")
    return settings


def _token(table: Table, vault: Vault) -> ApiToken:
    token = vault.secret(table, "token")
    may = distinct(table, "may", example="read")
    for position, scope in may:
        if scope not in SCOPES:
            what = f"{scope!r} is not known here{hint(scope, SCOPES)}"
            table.problem(what, "may", position)
    table.need("name", "needs a name")
    table.need("may", f"needs what it may do: {', '.join(SCOPES)}")
    if "token" not in table and "token_file" not in table:
        table.absent("needs a token, or a token_file", "token", "token_file")
    return ApiToken(
        name=table.text("name", ""),
        token=token or Secret(table.findings.name, ""),
        may=frozenset(scope for scope in SCOPES if scope in dict(may).values()),
    )
