"""A small disk of one's own, to be filled to the last byte and freed again."""

import contextlib
import subprocess
from pathlib import Path
from types import TracebackType

BLOCK = 4096


class Volume:
    """A tmpfs of so many megabytes in `folder`; a context manager.

    Raises:
        RuntimeError: none can be mounted here. These tests need a user who may, such as root.
    """

    def __init__(self, folder: Path, megabytes: int) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self._size = megabytes << 20
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Leave not a byte."""
        with self._filler.open("ab", buffering=0) as file:
            for size in (1 << 20, BLOCK, 1):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass

    def free(self) -> None:
        """Give back what was filled."""
        self._filler.unlink(missing_ok=True)

    def __enter__(self) -> "Volume":
        options = f"size={self._size}"
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder)]
        done = subprocess.run(command, capture_output=True, check=False, text=True)
        if done.returncode:
            raise RuntimeError(f"no small disk can be mounted, run this as root: {done.stderr}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
