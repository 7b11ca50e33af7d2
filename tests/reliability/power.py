"""Disks as a power loss may leave them, made from what strace saw the service write and flush.

A disk keeps what was flushed. Of what was written and not flushed it keeps any sectors, in any
order. A file that was made is there only once its folder was flushed.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import msgspec

from router.store.folder import DATABASE

SECTOR = 512
WAL = f"{DATABASE}-wal"
CALLS = "openat,pwrite64,write,fdatasync,fsync,ftruncate,unlink,rename"

_CALL = re.compile(rb"([\d.]+) (\w+)\((.*)\) += (-?\d+).*<([\d.]+)>$")
_ENDING = re.compile(rb"\+\+\+ |--- | = \?( <unavailable>)?$|<unfinished \.\.\.>$")
_OPEN = re.compile(rb'AT_FDCWD, "([^"]*)", ([A-Z_|]+)')
_WRITE = re.compile(rb'(\d+), "([^"]*)", (\d+), (\d+)')


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One call that concerns a file of the store; the file's name is empty for the folder.

    `kind` is make, write, cut (to `offset` bytes) or flush. Times are wall seconds.
    """

    began: float
    ended: float
    file: str
    kind: str
    offset: int = 0
    content: bytes = b""


def tracer(data: Path, output: Path) -> list[str]:
    """The command that runs another and writes down what it does to the store in `data`."""
    paths = [word for name in (DATABASE, WAL) for word in ("-P", str(data / name))]
    options = ["-f", "-ff", "-ttt", "-T", "-xx", "-s", "1000000", "-e", f"trace={CALLS}"]
    return ["strace", *options, *paths, "-P", str(data), "-o", str(output)]


def operations(output: Path) -> list[Operation]:
    """What the traced process did, in order.

    Raises:
        ValueError: a call that this does not know, or more than one thread that writes.
    """
    threads = [path.read_bytes() for path in output.parent.glob(f"{output.name}.*")]
    writing = [text for text in threads if b" pwrite64(" in text]
    if len(writing) != 1:
        raise ValueError(f"{len(writing)} threads wrote to the store instead of one")
    return list(_operations(writing[0]))


def _operations(text: bytes) -> Iterator[Operation]:
    names: dict[int, str] = {}
    for line in text.splitlines():
        call = _CALL.match(line)
        if call is None:
            if not _ENDING.search(line):
                raise ValueError(f"an unknown line of strace: {line[:200]!r}")
            continue
        began, word, arguments, result, took = call.groups()
        at, until = float(began), float(began) + float(took)
        if word == b"openat":
            path, flags = _opened(arguments)
            names[int(result)] = path
            if b"O_CREAT" in flags and path:
                yield Operation(began=at, ended=until, file=path, kind="make")
            continue
        name = names[int(arguments.split(b",")[0])]
        if word == b"pwrite64":
            parts = _WRITE.match(arguments)
            assert parts is not None, arguments[:100]
            _, content, size, offset = parts.groups()
            written = _bytes(content)
            assert len(written) == int(size) == int(result), "a write was short"
            yield Operation(
                began=at, ended=until, file=name, kind="write", offset=int(offset), content=written
            )
        elif word == b"ftruncate":
            size = arguments.split(b", ")[1]
            yield Operation(began=at, ended=until, file=name, kind="cut", offset=int(size))
        elif word in (b"fdatasync", b"fsync"):
            yield Operation(began=at, ended=until, file=name, kind="flush")
        else:
            raise ValueError(f"{word!r} was not foreseen")


def _opened(arguments: bytes) -> tuple[str, bytes]:
    """The file's name, empty for the folder, and the flags."""
    found = _OPEN.match(arguments)
    assert found is not None, arguments
    name = Path(_bytes(found[1]).decode()).name
    return name if name in (DATABASE, WAL) else "", found[2]


def _bytes(text: bytes) -> bytes:
    return bytes.fromhex(text.replace(b"\\x", b"").decode())


class Disk:
    """A disk that operations are done to, and of which images after a power loss can be had."""

    def __init__(self, database: bytes) -> None:
        self._flushed = {DATABASE: bytearray(database)}
        self._there = {DATABASE}
        self._pending: list[Operation] = []

    def do(self, operation: Operation) -> None:
        """This was done, to its end."""
        if operation.kind != "flush":
            if operation.kind != "make" or operation.file not in self._flushed:
                self._pending.append(operation)
            return
        rest: list[Operation] = []
        for pending in self._pending:
            if operation.file == "" and pending.kind == "make":
                self._there.add(pending.file)
            elif pending.file == operation.file and pending.kind != "make":
                _apply(self._flushed.setdefault(pending.file, bytearray()), pending)
            else:
                rest.append(pending)
        self._pending = rest

    def image(self, random: Random, under_way: Operation | None = None) -> dict[str, bytes]:
        """What might be left, by file. Of an operation `under_way` nothing is sure."""
        share = random.choice((0.0, 0.5, 0.9, 1.0, random.random()))
        files = {name: bytearray(content) for name, content in self._flushed.items()}
        there = set(self._there)
        begun = [*self._pending, *([under_way] if under_way is not None else [])]
        for operation in begun:
            if operation.kind == "make" and random.random() < share:
                there.add(operation.file)
            elif operation.kind == "cut" and random.random() < share:
                _apply(files.setdefault(operation.file, bytearray()), operation)
            elif operation.kind == "write":
                for sector in _sectors(operation):
                    if random.random() < share:
                        _apply(files.setdefault(operation.file, bytearray()), sector)
        return {name: bytes(content) for name, content in files.items() if name in there}


def _sectors(write: Operation) -> Iterator[Operation]:
    """The parts of a write that lie in different sectors of the file."""
    start, end = write.offset, write.offset + len(write.content)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        part = write.content[start - write.offset : stop - write.offset]
        yield msgspec.structs.replace(write, offset=start, content=part)
        start = stop


def _apply(content: bytearray, operation: Operation) -> None:
    if operation.kind == "cut":
        del content[operation.offset :]
        content.extend(bytes(operation.offset - len(content)))
        return
    end = operation.offset + len(operation.content)
    content.extend(bytes(max(0, end - len(content))))
    content[operation.offset : end] = operation.content
