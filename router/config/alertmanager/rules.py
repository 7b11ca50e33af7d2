"""What several parts of alertmanager.yml must keep alike, in upstream's words."""

from router.config.alertmanager.kinds import Rule, Values
from router.config.findings import Findings
from router.config.path import Path


def at_most_one(values: Values, path: Path, findings: Findings, *keys: str) -> None:
    """Say that several of these keys are there, if so."""
    given = [key for key in keys if values.get(key)]
    if len(given) > 1:
        what = f"at most one of {' & '.join(keys[:2])} must be configured"
        findings.problem((*path, given[1]), what)


def one_of(*keys: str) -> Rule:
    """Exactly one of these keys is there."""

    def rule(values: Values, path: Path, findings: Findings) -> None:
        if not any(values.get(key) for key in keys):
            what = f"one of {' or '.join(keys)} must be configured"
            findings.problem(path, what, [(*path, key) for key in keys])
        at_most_one(values, path, findings, *keys)

    return rule


def needs(key: str, what: str) -> Rule:
    """This key is there and not empty."""

    def rule(values: Values, path: Path, findings: Findings) -> None:
        if not values.get(key):
            findings.problem(path, what, [(*path, key)])

    return rule


def pair(key: str) -> Rule:
    """A secret stands in the file or in another one, not in both."""

    def rule(values: Values, path: Path, findings: Findings) -> None:
        at_most_one(values, path, findings, key, f"{key}_file")

    return rule
