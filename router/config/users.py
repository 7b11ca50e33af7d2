"""People: how each is reached, and by what first."""

from router.config import limits
from router.config.channels import CHANNELS, Shared, Unusable
from router.config.names import Names, references
from router.config.nearest import hint
from router.config.table import Table
from router.config.vault import Address, Vault
from router.config.zone import zone
from router.core.configuration import Contact, User
from router.core.integration import Integration

PERSONAL = {channel.personal: via for via, channel in CHANNELS.items() if channel.personal}
"""The keys of a user's table that hold an address, and the channel that uses each."""


def read(root: Table, vault: Vault, shared: Shared, names: Names) -> dict[str, User]:
    """The users by name. An address no channel can use is a warning, not a problem."""
    usual = limits.shared(root, PERSONAL.values())
    return {
        name: _user(name, table, vault, shared, names, usual)
        for name, table in root.named("users").items()
    }


def _user(
    name: str,
    table: Table,
    vault: Vault,
    shared: Shared,
    names: Names,
    usual: limits.Limits,
) -> User:
    addresses = {
        key: address
        for key, via in PERSONAL.items()
        if (address := vault.address(table, key, CHANNELS[via].check)) is not None
    }
    methods, unusable = _methods(addresses, shared)
    if methods:
        for key, reason in unusable.items():
            table.findings.warn(table.at(key), f"cannot be used: {reason}")
    else:
        reasons = [f"{key} is given, but {reason}" for key, reason in unusable.items()]
        why = "; ".join(reasons) or f"give one of {', '.join(PERSONAL)}"
        table.findings.warn(table.path, f"no usable contact: {why}")
    contact = table.table("contact")
    slack = addresses.get("slack")
    return User(
        id=name,
        name=table.text("name", name),
        timezone=table.parsed("timezone", zone, ""),
        slack=slack.value if slack else "",
        shift_notices=_shift_notices(table, names),
        ical_version=table.number("ical_version", 0, least=0, most=2**31 - 1),
        methods=methods,
        urgent=_rule(contact, "urgent", methods),
        normal=_rule(contact, "normal", methods),
        limits=limits.own(contact, usual, methods),
    )


def _shift_notices(table: Table, names: Names) -> bool | tuple[str, ...] | None:
    """Of which shifts she hears: all, none, or those of some schedules."""
    if isinstance(table.values.get("shift_notices"), list):
        return references(table, "shift_notices", names, "schedules")
    return table.flag("shift_notices", None)


def _methods(
    addresses: dict[str, Address], shared: Shared
) -> tuple[dict[str, Integration], dict[str, str]]:
    """The channels that reach the person, and what the addresses lack that no channel can use."""
    methods: dict[str, Integration] = {}
    unusable: dict[str, str] = {}
    for key, address in addresses.items():
        channel = CHANNELS[PERSONAL[key]]
        try:
            (integration,) = channel.build(channel.address(address).over(shared[PERSONAL[key]]))
        except Unusable as error:
            unusable[key] = f"[channels.{PERSONAL[key]}] lacks {', '.join(error.keys)}"
        else:
            methods[PERSONAL[key]] = integration
    return methods, unusable


def _rule(contact: Table, key: str, methods: dict[str, Integration]) -> tuple[Contact, ...]:
    rule: list[Contact] = []
    for line in contact.tables(key):
        via, after = line.text("via", ""), line.duration("after", 0)
        line.need("via", "needs `via`, a channel")
        if via and via not in PERSONAL.values():
            line.problem(f"no channel {via!r} reaches people{hint(via, PERSONAL.values())}", "via")
        elif via and via not in methods:
            person = contact.path[-2]
            line.findings.warn(line.at("via"), f"{person} cannot be reached by {via}")
        rule.append(Contact(via, after))
    return tuple(rule)
