"""An edit of routes.toml is noticed within a second, however it is made."""

import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from support.eventually import eventually, steadily

from router.runtime.reload import look, watch

SOON = 1.0  # Seconds within which an edit is to be noticed.


class Watcher:
    """Counts how often it was told of a change, and when."""

    def __init__(self) -> None:
        self.told = 0
        self.busy = 0
        self.work = 0.0

    async def changed(self) -> None:
        self.busy += 1
        assert self.busy == 1, "one call after another"
        await anyio.sleep(self.work)
        self.busy -= 1
        self.told += 1

    async def hears(self, edit: Callable[[], object]) -> None:
        """The edit is told of once, and soon."""
        before = self.told
        edit()
        await eventually("told", lambda: self.told > before, seconds=SOON)
        await steadily("told once", lambda: self.told == before + 1, seconds=0.25)


@asynccontextmanager
async def watching(path: Path, every_seconds: float = 60.0) -> AsyncIterator[Watcher]:
    watcher = Watcher()
    async with anyio.create_task_group() as tasks:
        seen = look(path)
        tasks.start_soon(lambda: watch(path, watcher.changed, seen, every_seconds=every_seconds))
        await anyio.sleep(0.2)
        yield watcher
        tasks.cancel_scope.cancel()


@pytest.fixture
def routes(tmp_path: Path) -> Path:
    path = tmp_path / "etc" / "routes.toml"
    path.parent.mkdir()
    path.write_text("a = 1\n")
    return path


def in_place(path: Path, text: str = "a = 2\n") -> None:
    path.write_text(text)


def by_rename(path: Path, text: str = "a = 2\n") -> None:
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


def removed_and_written_anew(path: Path) -> None:
    path.unlink()
    path.write_text("a = 2\n")


def slowly(path: Path) -> None:
    with path.open("w") as file:
        for character in "a = 2\n":
            file.write(character)
            file.flush()
            os.fsync(file.fileno())


@pytest.mark.parametrize("edit", [in_place, by_rename, removed_and_written_anew, slowly])
async def test_an_edit_is_told_of_once_and_within_a_second(
    routes: Path, edit: Callable[[Path], None]
) -> None:
    async with watching(routes) as watcher:
        await watcher.hears(lambda: edit(routes))


async def test_a_second_edit_is_noticed_like_the_first(routes: Path) -> None:
    async with watching(routes) as watcher:
        await watcher.hears(lambda: by_rename(routes))
        await watcher.hears(lambda: routes.write_text("a = 3\n"))


async def test_the_swap_of_a_link_as_kubernetes_does_it_is_noticed(tmp_path: Path) -> None:
    for version in ("1", "2"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "routes.toml").write_text(f"a = {version}\n")
    (tmp_path / "data").symlink_to("1")
    (tmp_path / "routes.toml").symlink_to("data/routes.toml")

    def swap() -> None:
        (tmp_path / "new").symlink_to("2")
        (tmp_path / "new").replace(tmp_path / "data")

    async with watching(tmp_path / "routes.toml") as watcher:
        await watcher.hears(swap)


async def test_writing_the_same_contents_again_is_no_change(routes: Path) -> None:
    async with watching(routes) as watcher:
        in_place(routes, "a = 1\n")
        by_rename(routes, "a = 1\n")
        in_place(routes.parent / "other", "beside it")
        await steadily("not told", lambda: watcher.told == 0, seconds=0.4)


async def test_a_secret_file_that_routes_toml_names_is_watched_too(routes: Path) -> None:
    secrets = routes.parent.parent / "secrets"
    secrets.mkdir()
    (secrets / "slack").write_text("old")

    async with watching(routes) as watcher:
        await watcher.hears(lambda: routes.write_text('[[x.y]]\ntoken_file = "../secrets/slack"\n'))
        await watcher.hears(lambda: (secrets / "slack").write_text("new"))


async def test_a_file_that_goes_away_and_comes_back_is_told_of_both_times(routes: Path) -> None:
    async with watching(routes) as watcher:
        await watcher.hears(routes.unlink)
        await watcher.hears(lambda: routes.write_text("a = 1\n"))


async def test_a_folder_that_vanishes_and_comes_back_is_watched_again(routes: Path) -> None:
    def come_back() -> None:
        routes.parent.mkdir()
        routes.write_text("a = 2\n")

    async with watching(routes, every_seconds=0.2) as watcher:
        await watcher.hears(lambda: shutil.rmtree(routes.parent))
        await watcher.hears(come_back)
        await watcher.hears(lambda: by_rename(routes, "a = 3\n"))


async def test_what_the_file_system_does_not_tell_is_seen_by_looking(tmp_path: Path) -> None:
    real = tmp_path / "elsewhere"
    real.write_text("a = 1\n")
    (tmp_path / "etc").mkdir()
    link = tmp_path / "etc" / "routes.toml"
    link.symlink_to(real)

    async with watching(link, every_seconds=0.2) as watcher:
        await watcher.hears(lambda: real.write_text("a = 2\n"))


async def test_a_pipe_in_the_place_of_a_file_does_not_block(routes: Path) -> None:
    def become_a_pipe() -> None:
        routes.unlink()
        os.mkfifo(routes)

    async with watching(routes) as watcher:
        await watcher.hears(become_a_pipe)
        await watcher.hears(lambda: removed_and_written_anew(routes))


async def test_an_edit_during_a_reload_is_told_of_after_it(routes: Path) -> None:
    async with watching(routes) as watcher:
        watcher.work = 0.5
        in_place(routes, "a = 2\n")
        await eventually("reloading", lambda: watcher.busy, seconds=SOON)
        in_place(routes, "a = 3\n")
        await eventually("told of both", lambda: watcher.told == 2, seconds=3)


async def test_cancelling_ends_it(routes: Path) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch, routes, Watcher().changed, look(routes))
        await anyio.sleep(0.3)
        tasks.cancel_scope.cancel()


async def test_an_edit_before_the_watch_began_is_told(routes: Path) -> None:
    seen, watcher = look(routes), Watcher()
    in_place(routes)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch, routes, watcher.changed, seen)
        await eventually("told", lambda: watcher.told == 1, seconds=SOON)
        tasks.cancel_scope.cancel()
