"""What the log writes, what it hides, and that nobody ever waits for it."""

import json
import logging
import os
import threading
from collections.abc import Iterator
from typing import Any

import anyio.lowlevel
import pytest
import structlog

from router.core.integration import WebhookIntegration
from router.core.secret import Secret
from router.runtime import log
from router.runtime.log import Log
from router.runtime.log_line import Format


class Pipe:
    """A log whose other end is read only when the test says so."""

    def __init__(self) -> None:
        self.read_fd, self.write_fd = os.pipe()
        self.log: Log | None = None

    def open(self, **options: Any) -> Log:
        root = logging.getLogger()
        root.handlers.clear()  # Pytest's own raise what they cannot format.
        self.log = log.setup(fd=self.write_fd, **options)
        return self.log

    def text(self) -> str:
        """Everything that was written, once the log is closed."""
        chunks: list[bytes] = []
        reader = threading.Thread(target=self._drain, args=(chunks,))
        reader.start()
        assert self.log is not None
        assert self.log.close(10), "the log could be written"
        os.close(self.write_fd)
        reader.join()
        return b"".join(chunks).decode()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]

    def _drain(self, chunks: list[bytes]) -> None:
        while chunk := os.read(self.read_fd, 65536):
            chunks.append(chunk)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    root, others = logging.getLogger(), structlog.get_config()
    level = root.level
    made = Pipe()
    yield made
    os.close(made.read_fd)
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.configure(**others)
    structlog.contextvars.clear_contextvars()


def test_a_line_is_one_json_object_with_its_time_level_logger_and_correlation_id(
    pipe: Pipe,
) -> None:
    pipe.open(format="json")
    structlog.contextvars.bind_contextvars(cid="c-1")

    structlog.get_logger("tocsin.test").warning("rejected", source="prometheus", count=3)

    (line,) = pipe.lines()
    assert list(line)[:5] == ["time", "level", "event", "logger", "cid"]
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "warning",
        "event": "rejected",
        "logger": "tocsin.test",
        "cid": "c-1",
        "source": "prometheus",
        "count": 3,
    }


def test_what_libraries_log_becomes_lines_like_ours(pipe: Pipe) -> None:
    pipe.open(format="json")
    structlog.contextvars.bind_contextvars(cid="c-2")

    logging.getLogger("aiohttp.server").error("a %s went wrong", "request")
    logging.getLogger("redis").info("too chatty to be kept")

    (line,) = pipe.lines()
    assert (line["logger"], line["event"]) == ("aiohttp.server", "a request went wrong")
    assert (line["level"], line["cid"]) == ("error", "c-2")


def test_a_record_that_cannot_be_formatted_is_still_a_line(pipe: Pipe) -> None:
    pipe.open(format="json")

    logging.getLogger("other").error("%d things", "many")

    (line,) = pipe.lines()
    assert "%d things" in line["event"]


def test_a_traceback_stands_in_its_own_field(pipe: Pipe) -> None:
    pipe.open(format="json")
    logger = structlog.get_logger("tocsin.test")

    try:
        raise ValueError("no such thing")
    except ValueError:
        logger.exception("failed")

    (line,) = pipe.lines()
    assert line["level"] == "error"
    assert "ValueError: no such thing" in line["exception"]


def test_lines_below_the_level_are_not_written(pipe: Pipe) -> None:
    pipe.open(format="json", level="warning")

    structlog.get_logger().info("unimportant")
    logging.getLogger("any").info("unimportant")

    assert pipe.text() == ""


@pytest.mark.parametrize("format", ["json", "text"])
def test_a_masked_secret_is_never_written(pipe: Pipe, format: Format) -> None:
    secrets = ['p"ss\\wörd-1', "https://hooks.example.com/services/T0/B1/XyZ?key=abc d"]
    log.mask(secrets)
    pipe.open(format=format)
    logger = structlog.get_logger()

    logger.info(f"sent {secrets[0]} to {secrets[1]}", deep={"a": [secrets[0]]})
    logger.info("other spellings", path="/services/T0/B1/XyZ?key=abc%20d", repr=repr(secrets))
    logging.getLogger("redis").error("auth failed with %s", secrets[0])
    try:
        raise ValueError(secrets[0])
    except ValueError:
        logger.exception("failed")

    text = pipe.text()
    assert "***" in text
    for leak in ("ss\\wörd-1", "ss\\\\wörd-1", "w\\u00f6rd-1", "XyZ"):
        assert leak not in text


def test_a_secret_object_is_never_taken_apart(pipe: Pipe) -> None:
    pipe.open(format="json")

    hook = WebhookIntegration(url=Secret("${HOOK}", "https://never.example.com/registered"))
    structlog.get_logger().info("configured", integration=hook, all=[hook], by={"x": hook.url})

    text = pipe.text()
    assert "${HOOK}" in text
    assert "never.example.com" not in text


def test_a_secret_is_not_bared_by_cutting_a_long_text_in_its_middle(pipe: Pipe) -> None:
    log.mask(["correct-horse-battery-staple"])
    pipe.open(format="json")

    structlog.get_logger().info("x" * 8180 + "correct-horse-battery-staple")

    assert "correct" not in pipe.text()


def test_hostile_texts_can_neither_break_a_line_nor_the_log(pipe: Pipe) -> None:
    pipe.open(format="json")
    logger = structlog.get_logger()

    logger.info("two\nlines\x1b[31m", surrogate="\ud800", huge=2**70, body=b"\xff\xfe")
    logger.info("long", text="y" * 100_000, items=list(range(10_000)))

    first, second = pipe.lines()
    assert first["event"] == "two\nlines\x1b[31m"
    assert first["huge"] == 2**70
    assert len(second["text"]) < 10_000
    assert len(second["items"]) == 100


def test_a_terminal_gets_text_that_cannot_command_it(pipe: Pipe) -> None:
    pipe.open(format="text")
    logger = structlog.get_logger("tocsin.test")

    logger.info("rejected", reason="evil\n13:00:00 error fake \x1b]0;title\x07", ok="plain")

    (line,) = pipe.text().splitlines()
    assert " info     rejected logger=tocsin.test reason=" in line
    assert line.endswith("ok=plain")
    assert "\x1b" not in line


async def test_the_loop_goes_on_when_nobody_reads_the_log(pipe: Pipe) -> None:
    opened = pipe.open(format="json", level="debug")
    logger = structlog.get_logger("tocsin.test")

    for number in range(400):  # Were one of them to wait for the pipe, it would wait for ever.
        for _ in range(10):
            logger.debug("chatter", text="x" * 4000)
        logger.info("kept", number=number, text="x" * 4000)
        await anyio.lowlevel.checkpoint()

    assert opened.dropped > 0
    lines = pipe.lines()
    assert [line["number"] for line in lines if line["event"] == "kept"] == list(range(400))
    told = [line["lines"] for line in lines if line["event"] == "log lines dropped"]
    assert sum(told) == opened.dropped, "however often it was said how many had been"


def test_closing_does_not_wait_for_ever_for_a_reader(pipe: Pipe) -> None:
    opened = pipe.open(format="json")
    for _ in range(100):
        structlog.get_logger().info("x" * 4000)

    assert opened.close(0.1) is False, "the pipe is full, and nobody reads it"

    assert len(pipe.lines()) == 100


def test_a_reader_that_went_away_costs_lines_and_nothing_else(pipe: Pipe) -> None:
    opened = pipe.open(format="json")
    os.close(pipe.read_fd)
    structlog.get_logger().info("to nobody")

    assert opened.close(5)
    assert opened.dropped == 1
    os.close(pipe.write_fd)
    pipe.read_fd = os.open(os.devnull, os.O_RDONLY)


def test_opening_the_log_twice_writes_each_record_once(pipe: Pipe) -> None:
    pipe.open(format="json")
    second = log.setup("json", fd=pipe.write_fd)

    logging.getLogger("any").error("once")

    assert second.close(5)
    assert [line["event"] for line in pipe.lines()] == ["once"]
