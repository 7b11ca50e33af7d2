"""Inhibition rules: which alerts hold back which others."""

from router.config.matchers import matchers
from router.config.names import distinct
from router.config.table import Table
from router.core.inhibition import InhibitRule


def read(root: Table) -> tuple[InhibitRule, ...]:
    """The rules in the file's order."""
    rules: list[InhibitRule] = []
    for table in root.tables("inhibit", "[[inhibit]]"):
        rule = InhibitRule(
            source=matchers(table, "source_matchers"),
            target=matchers(table, "target_matchers"),
            equal=tuple(label for _, label in distinct(table, "equal", example="alertname")),
            name=table.text("name", ""),
        )
        for key in ("source_matchers", "target_matchers"):
            table.need(key, f"needs {key}")
        if rule.name and rule.name in (each.name for each in rules):
            table.problem(f"another rule is called {rule.name!r} already", "name")
        rules.append(rule)
    return tuple(rules)
