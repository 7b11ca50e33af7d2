"""Renders Go templates by Debian's amtool and by ours, so that the two can be compared."""

import subprocess
from pathlib import Path

import msgspec

from router.gotemplate import data
from router.gotemplate.defaults import shipped
from router.senders.gosandbox import GoSandbox

DATA = {
    "receiver": "ops\\.team",
    "status": "firing",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "Disk", "host": "db1", "severity": "critical"},
            "annotations": {"summary": "<b>'\"+& full", "runbook": "http://wiki/x?a=b&c=d"},
            "startsAt": "2024-01-02T03:04:05.5Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prom:9090/graph?g0.expr=up%20%3D%3D+0&g0.tab=1",
            "fingerprint": "0123456789abcdef",
        },
        {
            "status": "resolved",
            "labels": {"alertname": "Disk", "host": "db-2", "é": "ü"},
            "annotations": {},
            "startsAt": "2024-01-02T03:04:05+02:00",
            "endsAt": "2024-03-04T15:06:07.000000089Z",
            "generatorURL": "",
            "fingerprint": "fedcba9876543210",
        },
    ],
    "groupLabels": {"alertname": "Disk"},
    "commonLabels": {"alertname": "Disk", "cluster": "a b"},
    "commonAnnotations": {"runbook": "http://b/?c=d&e", "about": "<b>"},
    "externalURL": "http://am.example.com:9093",
}
_SANDBOX = GoSandbox()
_SHIPPED = "/usr/share/prometheus/alertmanager/*.tmpl"


def by_amtool(text: str, folder: Path, *, html: bool = False) -> str | None:
    """What amtool renders; None when it refuses."""
    file = folder / "data.json"
    if not file.exists():
        file.write_bytes(msgspec.json.encode(DATA))
    command = ["amtool", "template", "render", f"--template.glob={_SHIPPED}"]
    command += [f"--template.data={file}", f"--template.text={text}"]
    command += [f"--template.type={'html' if html else 'text'}"]
    done = subprocess.run(command, capture_output=True, timeout=20, check=False)
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None


def by_us(text: str, *, html: bool = False) -> str:
    """What ours renders; raises what is wrong with it."""
    translated = shipped().copy().translate(text, "field", html=html).whole
    return _SANDBOX.prepare(translated)({"data": data.from_object(DATA)})
