"""The real amtool prints the same of us as of Debian's Alertmanager, command by command."""

import json
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import yaml
from differential.pair import Side, pair
from support.command import run

NOBODY = "11111111-2222-4333-8444-555555555555"
NEVER = "--start=2098-01-01T00:00:00Z"
# $1 is the first silence that was added, and so on; @file an export of silences.
COMMANDS = f"""
alert query
alert add Disk severity=critical host=a --annotation=summary=full --end=2099-01-01T00:00:00Z
alert add alertname=Cpu team=a --generator-url=http://x/y --start=2026-01-01T00:00:00Z
alert add foo!=bar
alert add
alert query
alert query -o simple
alert query -o extended
alert query -o json
alert query Disk
alert query alertname=~C.*
alert query alertname!=Cpu severity=critical
alert query -r r1
alert query --receiver=r[12]
alert query -s -i -a -u
silence add alertname=Cpu -d 1h -a ana -c known
silence add alertname=~D.* severity!=low {NEVER} --end=2099-01-01T00:00:00Z -a bo -c later
silence add a!=b -a cy -c negative -d 5m
silence add -a bo -c nothing
silence add alertname=Disk -a bo
silence add alertname=Disk --end=2020-01-01T00:00:00Z -a bo -c over
silence add alertname=Disk {NEVER} --end=2097-01-01T00:00:00Z -a bo -c backwards
silence add x= -a bo -c anything
silence add x=~.* -a bo -c anything
silence query
silence query -o extended
silence query -o json
silence query -q
silence query alertname=Cpu
silence query alertname=~C.*
silence query --expired
silence query --created-by=ana
silence query --within=2h
alert query
alert query -s
alert query -a -o json
silence update $1 -d 2h
silence update $1 -c changed -o json
silence update $2 --end=2098-06-01T00:00:00Z
silence update {NOBODY} -c none
silence update
silence query -o extended
silence expire $1
silence expire $1
silence expire nope
silence expire
silence query --expired
silence query --expired --within=1h -q
silence import -f @file
silence import @file
silence query
silence query -o json
cluster show
cluster
config routes show
config routes
config routes test severity=critical
config routes test team=a
config routes test team=b x=y
config routes test --verify.receivers=r1,r2 severity=critical team=a
config routes test --verify.receivers=r0 severity=critical
config routes test --tree team=a a=b
"""


def _yml(inbox: str) -> str:
    below = {"matchers": ['a="b"'], "receiver": "r1", "group_wait": "1m30s"}
    first = {"matchers": ['severity="critical"'], "receiver": "r1", "continue": True}
    second = {"matchers": ['team=~"a|b"', 'x!="y"'], "receiver": "r2", "routes": [below]}
    second["mute_time_intervals"] = ["nights"]
    root = {"receiver": "r0", "group_by": ["alertname", "cluster"], "group_wait": "1h"}
    weekdays = {"weekdays": ["monday:friday"], "location": "Europe/Berlin"}
    night = {"times": [{"start_time": "22:00", "end_time": "24:00"}], "months": ["1:3"]}
    written = {
        "route": {**root, "routes": [first, second]},
        "inhibit_rules": [
            {"source_matchers": ["a=1"], "target_matchers": ["a=~2|3"], "equal": ["b"]}
        ],
        "receivers": [
            {"name": "r0"},
            {"name": "r1", "webhook_configs": [{"url": inbox}]},
            {"name": "r2"},
        ],
        "time_intervals": [{"name": "nights", "time_intervals": [weekdays | night]}],
    }
    return json.dumps(written)


def _export(folder: Path) -> Path:
    silences = [
        {
            "matchers": [{"name": "i", "value": value, "isRegex": False, "isEqual": True}],
            "startsAt": f"{year}-01-01T00:00:00Z",
            "endsAt": "2099-06-01T00:00:00Z",
            "createdBy": "z",
            "comment": "imported",
        }
        for value, year in (("j", 2096), ("k", 2097))
    ]
    file = folder / "silences.json"
    file.write_text(json.dumps(silences))
    return file


class Said(NamedTuple):
    """What a command printed, without ids, times, addresses and the other's version."""

    code: int
    out: str
    err: str


class Amtool:
    """amtool against one side; remembers the silences it added."""

    def __init__(self, side: Side, file: Path) -> None:
        program = shutil.which("amtool")
        assert program is not None, "install prometheus-alertmanager, which brings amtool"
        self._command = [program, f"--alertmanager.url={side.url}"]
        self._side, self._file = side, file
        self._silences: list[str] = []

    async def raw(self, line: str) -> Said:
        """Run a command; what it printed as it is."""
        words = [self._word(word) for word in line.split()]
        code, out, err = await run([*self._command, *words])
        return Said(code, out, err)

    async def __call__(self, line: str) -> Said:
        """Run a command; what it printed, made comparable."""
        code, out, err = await self.raw(line)
        if line.startswith("silence add") and code == 0:
            self._silences.append(out.strip())
        return Said(code, self._plain(out), self._plain(err))

    def _word(self, word: str) -> str:
        if word.startswith("$"):
            return self._silences[int(word[1:]) - 1]
        return str(self._file) if word == "@file" else word

    def _plain(self, text: str) -> str:
        for number, known in enumerate(self._silences, 1):
            text = text.replace(known, f"${number}")
        text = re.sub(r"Warning: amtool version .* are different\.\n", "", text)
        text = text.replace(self._side.url.removeprefix("http://"), "ADDRESS")
        text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text)
        time = r"20\d\d-[01]\d-[0-3]\d[ T][0-9:.]+( UTC|Z)"
        return re.sub(" +", " ", re.sub(time, "TIME", text))


async def test_every_command_prints_the_same(tmp_path: Path) -> None:
    file = _export(tmp_path)
    async with pair(tmp_path / "pair", _yml) as sides:
        theirs, ours = (Amtool(side, file) for side in sides)
        ran = 0
        for line in COMMANDS.strip().splitlines():
            assert await ours(line) == await theirs(line), line
            ran += 1
        assert ran > 50
        await _check_the_configuration(theirs, ours, tmp_path)
        await _check_unknown(theirs, ours)


async def _check_the_configuration(theirs: Amtool, ours: Amtool, folder: Path) -> None:
    """Ours shows the same routing in the same words, and no more of receivers than names."""
    shown = [(await side.raw("config show")).out for side in (theirs, ours)]
    upstream, mine = map(yaml.safe_load, shown)
    for key in ("route", "inhibit_rules", "time_intervals", "templates"):
        assert mine[key] == upstream[key], key
    assert mine["receivers"] == [{"name": each["name"]} for each in upstream["receivers"]]
    assert mine["global"].items() <= upstream["global"].items()
    file = folder / "shown.yml"
    file.write_text(shown[1])
    assert "SUCCESS" in (await ours.raw(f"check-config {file}")).out


async def _check_unknown(theirs: Amtool, ours: Amtool) -> None:
    """A silence nobody knows: 404 as Alertmanager answers since 0.26; 0.25 answers 500."""
    line = f"silence expire {NOBODY}"
    assert "[500]" in (await theirs(line)).err
    assert "status 404" in (await ours(line)).err
    assert (await theirs(line)).code == (await ours(line)).code == 1
