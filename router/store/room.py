"""Room on the disk: whether there is any, and a ballast to throw off when there is none."""

import errno
import os
from pathlib import Path

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_UNSUPPORTED = frozenset({errno.EOPNOTSUPP, errno.EINVAL})
_MEGABYTE = 1 << 20
_BALLAST_MOST = 64 * _MEGABYTE
_BALLAST_LEAST = 8 * _MEGABYTE  # SQLite's log, of 4 MB, must fit into the file, and go on.
_BALLAST_SHARE = 16


def ballast_for(folder: Path) -> int:
    """The bytes to set aside on a folder's disk: a sixteenth of it, from 8 up to 64 MB."""
    disk = os.statvfs(folder)
    share = disk.f_blocks * disk.f_frsize // _BALLAST_SHARE
    return max(_BALLAST_LEAST, min(_BALLAST_MOST, share))


class Ballast:
    """A file that only takes up room, so that some can be had when the disk is full."""

    def __init__(self, folder: Path, size: int) -> None:
        self._path = folder / "ballast"
        self._size = size

    def release(self) -> None:
        """Let its room be used. Nothing happens when there is no ballast."""
        self._path.unlink(missing_ok=True)

    def restore(self) -> bool:
        """Whether it is there (again), with room to spare beside it.

        Raises:
            OSError: the disk failed otherwise than by being full.
        """
        if self._path.exists() and self._path.stat().st_size == self._size:
            return True
        wanted = self._size + max(self._size // 4, _MEGABYTE)
        if free(self._path.parent) < wanted:  # To try would leave others none for a moment.
            return False
        part = self._path.with_name("ballast.part")
        try:
            if not reserve(part, wanted):
                return False
            if self._size:
                os.truncate(part, self._size)
                part.rename(self._path)
            return True
        finally:
            part.unlink(missing_ok=True)


def free(folder: Path) -> int:
    """The most bytes that a folder's disk may still take, of which a quota can grant fewer."""
    disk = os.statvfs(folder)
    return disk.f_bfree * disk.f_frsize


def out_of_room(folder: Path) -> bool:
    """Whether not even a megabyte fits, be it for want of space or by a quota."""
    try:
        return not Ballast(folder, 0).restore()
    except OSError:
        return False  # Then room is not what is wrong.


def reserve(path: Path, size: int) -> bool:
    """Whether a file of `size` bytes that really occupies them could be made.

    Raises:
        OSError: the disk failed otherwise than by being full.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _occupy(handle, size)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        return False
    finally:
        os.close(handle)
    return True


def _occupy(handle: int, size: int) -> None:
    try:
        os.posix_fallocate(handle, 0, size)
    except (AttributeError, OSError) as error:  # Not every system and file system has it.
        if isinstance(error, OSError) and error.errno not in _UNSUPPORTED:
            raise
        for start in range(0, size, _MEGABYTE):
            os.pwrite(handle, bytes(min(_MEGABYTE, size - start)), start)
