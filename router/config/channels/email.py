"""Mail by SMTP: one mail to everybody a receiver names."""

from router.config.address import mail, mail_server, mailbox
from router.config.channels import words
from router.config.channels.channel import Channel, Options, Unusable, lacking, lacks, value
from router.config.table import Table
from router.config.vault import Vault
from router.core.integration import EmailIntegration

TLS = ("auto", "starttls", "implicit", "none")


def _shared(table: Table, vault: Vault) -> Options:
    return Options(
        send_resolved=table.flag("send_resolved", None),
        smarthost=vault.address(table, "smarthost", mail_server),
        sender=vault.address(table, "from", mailbox),
        username=vault.address(table, "username", str),
        password=vault.secret(table, "password"),
        hello=table.text("hello", None),
        tls=table.choice("tls", TLS, None),
    )


def _own(table: Table, vault: Vault) -> Options:
    to = vault.addresses(table, "to", mailbox)
    if "to" not in table and "to_file" not in table:
        table.absent("needs somebody to write to, `to`", "to", "to_file")
    own = words.read(table, words.EMAIL)
    return _shared(table, vault).over(Options(to=to, own={"words": own} if own else {}))


def _build(options: Options) -> tuple[EmailIntegration, ...]:
    smarthost, sender = options.smarthost, options.sender
    if smarthost is None or sender is None:
        raise lacks("email", **{"smarthost": smarthost, "from": sender})
    if options.password is not None and options.username is None:
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
