"""The command line as a whole: quick to help, and never a traceback."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import anyio
import click
import pytest
from click.testing import CliRunner
from support.shell import TOCSIN, tocsin

from router.cli.main import cli

COMMANDS = cli.list_commands(click.Context(cli))
HEAVY = ("aiohttp", "aiosqlite", "anyio", "apprise", "jinja2", "redis", "re2", "watchfiles")
LOADED = f"""
import json, sys
sys.argv = ["tocsin", *sys.argv[1:]]
from router.cli.main import main
try:
    main()
except SystemExit:
    pass
print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["serve", "--help"]], ids=" ".join
)
def test_help_loads_nothing_of_the_service(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], capture_output=True, check=True, text=True
    )
    assert done.stdout
    assert json.loads(done.stderr) == []


def test_commands_that_talk_to_a_service_do_not_load_one() -> None:
    arguments = ["incidents", "--url", "http://127.0.0.1:1"]
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], capture_output=True, check=True, text=True
    )
    assert json.loads(done.stderr.splitlines()[-1]) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_with_an_example(command: str) -> None:
    shown = CliRunner().invoke(cli, [command, "--help"])
    assert shown.exit_code == 0
    assert "Example" in shown.output
    assert f"tocsin {command}" in shown.output


def test_the_list_of_commands_says_what_each_is_for() -> None:
    shown = CliRunner().invoke(cli, ["--help"])
    for command in COMMANDS:
        (line,) = [line for line in shown.output.splitlines() if line.startswith(f"  {command} ")]
        assert len(line.split()) > 2


async def test_python_m_router_is_the_same() -> None:
    done = await anyio.run_process([sys.executable, "-m", "router", "--help"])
    assert done.stdout.decode() == (await tocsin("--help")).out
    assert done.stdout.startswith(b"Usage: tocsin ")


async def test_the_version_is_told() -> None:
    ran = await tocsin("--version")
    name, version = ran.out.split()
    assert name == "tocsin"
    assert version[0].isdigit()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["dance"], "No such command", id="an unknown command"),
        pytest.param(["serve", "--loud"], "No such option", id="an unknown option"),
        pytest.param(["serve", "--listen", "here"], "is no HOST:PORT", id="no address"),
        pytest.param(["serve", "--listen", ":99999"], "is no HOST:PORT", id="no port"),
        pytest.param(["send", "loud"], "'loud' is no label", id="no label"),
        pytest.param(["send", "a=1", "a=2"], "'a' is there twice", id="a label twice"),
        pytest.param(["send", "a="], "at least one label", id="only an empty label"),
        pytest.param(["send", "a=b", "--for", "soon"], "is no duration", id="no duration"),
        pytest.param(["send", "a=b", "--starts-at", "x"], "is no time", id="no time"),
        pytest.param(["explain", "a=b", "--config", "none.toml"], "--config", id="no such file"),
        pytest.param(["ack", "zero"], "is not a valid integer", id="no number"),
        pytest.param(["incidents", "--url", "host:9093"], "is no address", id="no URL"),
    ],
)
async def test_a_mistake_is_one_clear_sentence_and_exit_code_2(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    ran = await tocsin(*arguments, folder=tmp_path)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


async def test_a_service_that_cannot_start_says_why(tmp_path: Path) -> None:
    missing = await tocsin("serve", folder=tmp_path)
    assert missing.code == 2
    assert "routes.toml: No such file or directory" in missing.err

    (tmp_path / "routes.toml").write_text('[route]\nreciever = "x"\n')
    broken = await tocsin("serve", folder=tmp_path)
    assert broken.code == 2
    assert "routes.toml:2: route.reciever: " in broken.err
    assert "Traceback" not in broken.err


async def test_an_address_that_is_taken_is_named(tmp_path: Path) -> None:
    (tmp_path / "routes.toml").write_text(
        "[receivers.ops]\nconsole = [{}]\n[route]\nreceiver = 'ops'\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "{}:{}".format(*taken.getsockname())
        ran = await tocsin("serve", "--listen", address, folder=tmp_path)
    assert ran.code == 2
    assert "Address already in use" in ran.err
    assert str(address.partition(":")[2]) in ran.err


def test_a_bug_is_owned_up_to_and_shown_on_demand() -> None:
    @click.command("broken")
    def broken() -> None:
        raise LookupError("nowhere")

    cli.add_command(broken)
    try:
        quiet = CliRunner().invoke(cli, ["broken"])
        loud = CliRunner().invoke(cli, ["--debug", "broken"])
    finally:
        del cli.commands["broken"]

    assert quiet.exit_code == 2
    assert "LookupError: nowhere" in quiet.output
    assert "Traceback" not in quiet.output
    assert isinstance(loud.exception, LookupError)


def test_a_pipe_that_nobody_reads_ends_it_quietly(tmp_path: Path) -> None:
    (tmp_path / "routes.toml").write_text("\n".join(f"key{n} = 1" for n in range(5_000)))
    done = subprocess.run(
        f"{TOCSIN} check | head -1", shell=True, capture_output=True, cwd=tmp_path, text=True
    )
    assert done.stdout.startswith("routes.toml:1: ")
    assert done.stderr == ""
