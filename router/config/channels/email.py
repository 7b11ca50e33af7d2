"""Mail by SMTP: one mail to everybody a receiver names."""

import re
from typing import Any

from router.config import http_config
from router.config.address import mail, mail_server, mailbox, or_template
from router.config.channels.channel import Channel, Options, Unusable, lacking, lacks, texts, value
from router.config.table import Table
from router.config.vault import Vault
from router.core.integration import EmailIntegration

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,76}").fullmatch
TLS = ("auto", "starttls", "implicit", "none")


def _shared(table: Table, vault: Vault) -> Options:
    return Options(
        send_resolved=table.flag("send_resolved", None),
        smarthost=vault.address(table, "smarthost", mail_server),
        sender=vault.address(table, "from", or_template(mailbox)),
        username=vault.address(table, "username", str),
        password=vault.secret(table, "password"),
        hello=table.text("hello", None),
        tls=table.choice("tls", TLS, None),
        own=_fields(table, vault),
    )


def _fields(table: Table, vault: Vault) -> dict[str, Any]:
    own: dict[str, Any] = dict(texts(table, "auth_identity", "html", "text"))
    if (secret := vault.secret(table, "auth_secret")) is not None:
        own["auth_secret"] = secret
    if "tls_config" in table:
        own["tls_config"] = http_config.tls(table, vault)
    else:
        table.value("tls_config", "a table", dict)  # A key that is known, though not there.
    if "headers" in table:
        headers = table.table("headers")
        own["headers"] = texts(headers, *headers.names())
        for name in headers.values:
            if not _NAME(name):
                headers.problem("is no name of a header", name)
    threading = table.table("threading")
    by = threading.choice("thread_by_date", ("none", "daily"), "none")
    if threading.flag("enabled", False):
        own["threading"] = by
        for name in own.get("headers", {}):
            if name.lower() in ("references", "in-reply-to"):
                table.problem(f"threading sets {name} itself", "headers", name)
    return own


def _own(table: Table, vault: Vault) -> Options:
    to = vault.addresses(table, "to", or_template(mailbox))
    if "to" not in table and "to_file" not in table:
        table.absent("needs somebody to write to, `to`", "to", "to_file")
    return _shared(table, vault).over(Options(to=to))


def _build(options: Options) -> tuple[EmailIntegration, ...]:
    smarthost, sender = options.smarthost, options.sender
    if smarthost is None or sender is None:
        raise lacks("email", **{"smarthost": smarthost, "from": sender})
    if options.username is None and (options.password or "auth_secret" in options.own):
        raise Unusable("needs a username too, as it has a password", "username")
    return (
        EmailIntegration(
            send_resolved=options.send_resolved is not False,
            lacking=lacking(*options.to, sender, smarthost, options.username),
            to=tuple(address.value for address in options.to if not address.missing),
            sender=sender.value,
            smarthost=smarthost.value,
            username=value(options.username),
            password=options.password,
            hello=options.hello or "",
            tls=options.tls or "auto",
            **options.own,
        ),
    )


CHANNEL = Channel(
    shared=_shared,
    own=_own,
    build=_build,
    personal="email",
    check=mail,
    address=lambda address: Options(to=(address,)),
)
