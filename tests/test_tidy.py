"""The rules of the house, held by reading it: who imports whom, what is pure, what is told."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import anyio
import click
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from support.hand_clock import HandClock
from support.memory_journal import MemoryJournal

from router.cli.main import cli
from router.config.load import load
from router.core.configuration import Configuration
from router.core.route import Plan, build
from router.core.state import State
from router.core.stored import Stored
from router.core.tree import Tree
from router.runtime.loop import Loop
from router.runtime.metrics import Metrics

TOP = Path(__file__).parents[1]
FILES = sorted((TOP / "router").rglob("*.py"))
TREES = {path: ast.parse(path.read_text("utf-8")) for path in FILES}
NAMES = {path: str(path.relative_to(TOP)) for path in FILES}

ROOMS = {
    "errors": set[str](),
    "core": {"errors"},
    "gotemplate": {"core", "errors"},
    "config": {"gotemplate", "core", "errors"},
    "ingest": {"core", "errors"},
    "store": {"core", "errors"},
    "senders": {"gotemplate", "core", "errors"},
    "runtime": {"core", "errors"},
    "web": {"runtime", "core", "errors"},
    "boot": {"runtime", "config", "core", "errors"},
    "app": {
        "boot",
        *("web", "runtime", "config", "ingest", "store", "senders", "gotemplate", "core"),
        "errors",
    },
    "cli": {
        "boot",
        *("app", "web", "runtime", "config", "ingest", "store", "senders", "gotemplate", "core"),
        "errors",
    },
    "__main__": {"cli"},
    "__init__": set(),
}
PURE = {
    *("bisect", "calendar", "collections", "collections.abc", "datetime", "difflib", "enum"),
    *(
        "functools",
        "hashlib",
        "heapq",
        "ipaddress",
        "itertools",
        "math",
        "operator",
        "re",
        "typing",
        "zoneinfo",
    ),
    *("msgspec", "msgspec.structs", "re2"),
}
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "now", "today", "utcnow"}
FILE_LINES_MAX = 350
FUNCTION_LINES_MAX = 60
# Where anything at all may go wrong in the code of others, and must cost one thing only.
SWALLOWING = {
    "router/app.py": "the process ends, and its supervisor starts it again",
    "router/cli/main.py": "becomes a sentence",
    "router/runtime/courier.py": "a sender's bug costs one attempt",
    "router/runtime/trial.py": "a sender's bug costs one test",
    "router/runtime/decider.py": "a rule's bug costs one event",
    "router/runtime/stream_intake.py": "a decoder's bug costs one entry",
    "router/senders/apprise.py": "a third party's bug costs one attempt",
    "router/senders/check.py": "a template's error is a finding",
    "router/senders/message.py": "a template's error costs its own text",
    "router/senders/render.py": "a template's error is what was asked for",
    "router/senders/threads.py": "carried from a thread to whoever waits",
    "router/store/writer.py": "carried from a thread to whoever waits",
}
UNWANTED = [
    "TO" + "DO",
    "FIX" + "ME",
    "Not" + "ImplementedError",
    "mock" + ".patch",
    "/wo" + "rk/",
    "/ro" + "ot/",
    "/far" + "m/",
    "../sha" + "red",
    "mark.sk" + "ip",
    "mark.xf" + "ail",
]
TEXT = {".py", ".md", ".toml", ".sql", ".j2", ".html", ".css", ".yml", ".sh"}
NAMED = {"Makefile", "Procfile", "run"}
SKIPPED = {".git", ".venv", ".tools", "data", "dist", "node_modules", "__pycache__"}
README = (TOP / "README.md").read_text("utf-8")


def room(name: str) -> str:
    """The room a dotted module of this package is in."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Each module that is imported, and the name that is taken from it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are written in full"
            yield from ((node.module or "", alias.name) for alias in node.names)


def rooms_imported(tree: ast.Module) -> set[str]:
    found = set()
    for module, name in imports(tree):
        if module == "router" and name:
            found.add(name)
        elif module.startswith("router."):
            found.add(room(module))
    return found


@pytest.mark.parametrize("path", FILES, ids=NAMES.get)
def test_imports_point_in_one_direction(path: Path) -> None:
    mine = room(".".join(path.relative_to(TOP).with_suffix("").parts))
    assert rooms_imported(TREES[path]) <= ROOMS[mine] | {mine}


def test_every_room_is_on_the_map() -> None:
    places = {path.relative_to(TOP / "router").parts[0].removesuffix(".py") for path in FILES}
    assert places == set(ROOMS)


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.parent.name == "core"], ids=NAMES.get
)
def test_the_core_is_pure(path: Path) -> None:
    outside = {module for module, _ in imports(TREES[path]) if not module.startswith("router")}
    assert outside <= PURE
    calls = [node.func for node in ast.walk(TREES[path]) if isinstance(node, ast.Call)]
    names = {f.id for f in calls if isinstance(f, ast.Name)}
    names |= {
        f.attr for f in calls if isinstance(f, ast.Attribute) and ast.unparse(f.value) == "datetime"
    }
    assert not names & IMPURE_CALLS


@pytest.mark.parametrize("path", FILES, ids=NAMES.get)
def test_files_and_functions_are_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= FILE_LINES_MAX
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= FUNCTION_LINES_MAX, f"{node.name} has {length} lines"


def undocumented(node: ast.AST, where: str = "") -> Iterator[str]:
    """The public things inside a module or a class that say nothing of themselves."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        overload = any(ast.unparse(d).endswith("overload") for d in child.decorator_list)
        if child.name.startswith("_") or overload or is_attribute(child):
            continue
        if not ast.get_docstring(child):
            yield f"{where}{child.name}"
        if isinstance(child, ast.ClassDef):
            yield from undocumented(child, f"{child.name}.")


def is_attribute(node: ast.AST) -> bool:
    """Whether this is a Protocol's attribute, which its name and type say enough about."""
    if not isinstance(node, ast.FunctionDef):
        return False
    body = [ast.unparse(statement) for statement in node.body]
    return body == ["..."] and "property" in map(ast.unparse, node.decorator_list)


@pytest.mark.parametrize("path", FILES, ids=NAMES.get)
def test_every_public_thing_says_what_it_is(path: Path) -> None:
    if path.name != "__init__.py":
        assert ast.get_docstring(TREES[path]), "a module says what it is for"
    assert list(undocumented(TREES[path])) == []


@pytest.mark.parametrize("path", FILES, ids=NAMES.get)
def test_nobody_takes_what_is_private_elsewhere(path: Path) -> None:
    taken = [name for _, name in imports(TREES[path]) if re.match(r"_[^_]", name)]
    assert taken == []


@pytest.mark.parametrize("path", FILES, ids=NAMES.get)
def test_exceptions_are_swallowed_only_where_the_map_says(path: Path) -> None:
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.ExceptHandler):
            kind = ast.unparse(node.type) if node.type else "everything"
            broad = kind in ("Exception", "BaseException", "everything")
            raised = any(isinstance(part, ast.Raise) for part in ast.walk(node))
            assert not broad or raised or NAMES[path] in SWALLOWING, f"line {node.lineno}"


def written() -> Iterator[Path]:
    """Every text of the project."""
    folders = [TOP]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.name in SKIPPED or path.name.endswith("_cache") or path.name == ".hypothesis":
                continue
            if path.is_dir():
                folders.append(path)
            elif path.suffix in TEXT or path.name in NAMED:
                yield path


def test_nothing_unfinished_or_of_one_machine_is_left_behind() -> None:
    found = []
    for path in written():
        text = path.read_text("utf-8")
        found += [f"{path.relative_to(TOP)}: {word}" for word in UNWANTED if word in text]
    assert found == []


def families() -> Iterator[Metric]:
    """Every metric there can be."""
    configuration = Configuration(tree=Tree(build(Plan(receiver="ops"))))
    state = State(configuration, Stored(instance="tidy-1"))
    registry = CollectorRegistry()
    metrics = Metrics(Loop(state, MemoryJournal(), HandClock()), registry=registry)
    anyio.run(metrics.look)
    return iter(registry.collect())


def exposed(family: Metric) -> str:
    """The name as Prometheus knows it."""
    return f"{family.name}_total" if family.type == "counter" else family.name


def test_every_metric_is_documented_and_every_documented_one_exists() -> None:
    page = (TOP / "docs" / "metrics.md").read_text("utf-8")
    documented = re.findall(r"^\| `([a-z_0-9]+)", page, re.MULTILINE)
    assert len(documented) == len(set(documented)), "each once"
    others = ("process_", "python_")
    ours = {exposed(family) for family in families() if not family.name.startswith(others)}
    assert set(documented) == ours


def test_commands_and_targets_in_the_readme_exist() -> None:
    commands = set(re.findall(r"^    (?:.*/)?tocsin ([a-z]+)", README, re.MULTILINE))
    assert commands
    assert commands <= set(cli.list_commands(click.Context(cli)))
    makefile = (TOP / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"\bmake ([a-z]+)\b", README))
    assert {"run", "test"} <= targets & set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def test_paths_in_the_readme_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    paths = re.findall(r"`((?:router|tests|docs|templates|deploy)/[\w./-]+)`", README)
    missing = [path for path in (*links, *paths) if not (TOP / path).exists()]
    assert missing == []


def test_every_routes_toml_in_the_readme_loads() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert blocks
    for block in blocks:
        assert tomllib.loads(block)
        load(block.encode(), folder=TOP, environ={})
