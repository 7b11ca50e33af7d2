"""Text messages by Twilio: one to each number."""

from router.config import http_config
from router.config.address import base_url, phone, sms_sender
from router.config.channels.channel import Channel, Options, lacking, lacks, pointed
from router.config.table import Table
from router.config.vault import Vault
from router.core.http_options import HttpOptions
from router.core.integration import SmsIntegration

PROVIDERS = ("twilio",)


def _shared(table: Table, vault: Vault) -> Options:
    table.choice("provider", PROVIDERS, None)
    return Options(
        send_resolved=table.flag("send_resolved", None),
        http=http_config.read(table, vault),
        account=vault.secret(table, "account", is_address=True),
        token=vault.secret(table, "token"),
        sender=vault.address(table, "from", sms_sender),
        api_url=vault.address(table, "api_url", base_url),
        own={"replies": table.flag("replies", False)} if "replies" in table else {},
    )


def _own(table: Table, vault: Vault) -> Options:
    to = vault.addresses(table, "to", phone)
    if "to" not in table and "to_file" not in table:
        table.absent("needs a number to send to, `to`", "to", "to_file")
    return _shared(table, vault).over(Options(to=to))


def _build(options: Options) -> tuple[SmsIntegration, ...]:
    account, token, sender = options.account, options.token, options.sender
    if account is None or token is None or sender is None:
        raise lacks("sms", **{"account": account, "token": token, "from": sender})
    built = (
        SmsIntegration(
            send_resolved=options.send_resolved is not False,
            http=options.http or HttpOptions(),
            lacking=lacking(to, sender),
            to=to.value,
            sender=sender.value,
            account=account,
            token=token,
            replies=options.own.get("replies", False),
        )
        for to in options.to
    )
    return tuple(pointed(each, options.api_url) for each in built)


CHANNEL = Channel(
    shared=_shared,
    own=_own,
    build=_build,
    personal="phone",
    check=phone,
    address=lambda address: Options(to=(address,)),
)
