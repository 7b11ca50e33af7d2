"""An alertmanager.yml of this folder's kind as a routes.toml."""

import json
from typing import Any


def as_routes(yml: str) -> str:
    """The same configuration in our words."""
    theirs = json.loads(yml)
    receivers = {each["name"]: {"webhook": each["webhook_configs"]} for each in theirs["receivers"]}
    ours = {
        "service": theirs["global"],
        "receivers": receivers,
        "route": theirs["route"],
        "inhibit": theirs["inhibit_rules"],
        "intervals": {each["name"]: each["time_intervals"] for each in theirs["time_intervals"]},
    }
    return "".join(f"{name} = {_toml(value)}\n" for name, value in ours.items())


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{name} = {_toml(each)}' for name, each in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value)
