"""Loads an alertmanager.yml as the service does."""

from pathlib import Path

import pytest

from router.config.alertmanager.load import load
from router.config.load import Loaded
from router.core.integration import Integration
from router.errors import ConfigError


def loaded(text: str, folder: Path = Path("/nowhere")) -> Loaded:
    return load(text.encode(), name="alertmanager.yml", folder=folder, environ={"X": "expanded"})


def with_entry(kind: str, entry: str, globals_: str = "{}") -> str:
    receiver = f"{{name: ops, {kind}_configs: [{entry}]}}"
    return f"global: {globals_}\nroute: {{receiver: ops}}\nreceivers: [{receiver}]\n"


def integration(kind: str, entry: str, globals_: str = "{}") -> Integration:
    found = loaded(with_entry(kind, entry, globals_))
    (only,) = found.configuration.receivers["ops"].integrations
    return only


def refusal(kind: str, entry: str, globals_: str = "{}") -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(with_entry(kind, entry, globals_))
    return "\n".join(caught.value.problems)
