"""Writes lines to a file descriptor from its own thread, so that a stuck reader stops nobody."""

import os
import select
import threading
from collections.abc import Callable
from queue import SimpleQueue

BYTES_MAX = 8 * 1024 * 1024  # Of lines that wait; lines of little worth give way at half of it.

_TOGETHER = 256  # Lines in one write.


class LineThread:
    """A bounded queue of lines and the thread that empties it.

    `finish` makes of a line what is written, `notice` makes the line that tells how many were
    dropped; both are called in the thread.
    """

    def __init__(
        self, fd: int, finish: Callable[[bytes], bytes], notice: Callable[[int], bytes]
    ) -> None:
        self._fd = fd
        self._finish = finish
        self._notice = notice
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._lock = threading.RLock()  # A finalizer may log while this thread is logging.
        self._waiting = 0
        self._untold = 0
        self._closed = False
        self.dropped = 0
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def put(self, line: bytes, *, minor: bool = False) -> None:
        """Let a line, without its end, be written; never waits. A `minor` one is dropped first."""
        with self._lock:
            most = BYTES_MAX // 2 if minor else BYTES_MAX
            if self._closed or self._waiting + len(line) > most:
                self.dropped += 1
                self._untold += 1
                return
            self._waiting += len(line)
            self._queue.put(line)

    def close(self, seconds: float) -> bool:
        """Write what waits, for at most so long; whether all of it was written."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        going = True
        while going:
            lines, going = self._take()
            with self._lock:
                self._waiting -= sum(map(len, lines))
                untold, self._untold = self._untold, 0
            if untold:
                lines.append(self._notice(untold))
            if lines:
                self._write(b"".join([self._finish(line) + b"\n" for line in lines]))

    def _take(self) -> tuple[list[bytes], bool]:
        """At least one thing that was put, and what waits beside it; False at the end."""
        lines: list[bytes] = []
        line = self._queue.get()
        while line is not None:
            lines.append(line)
            if len(lines) == _TOGETHER or self._queue.empty():
                return lines, True
            line = self._queue.get()
        return lines, False

    def _write(self, text: bytes) -> None:
        rest = memoryview(text)
        while rest:
            try:
                rest = rest[os.write(self._fd, rest) :]
            except BlockingIOError:  # Whoever shares the terminal made it non-blocking.
                select.select((), (self._fd,), ())
            except OSError:  # Nobody reads any more, and there is nobody to be told.
                with self._lock:
                    self.dropped += bytes(rest).count(b"\n")
                return
