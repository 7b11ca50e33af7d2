"""The data folder: it is ours alone, on a disk of this machine, with room held in reserve."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from router.errors import StoreError

DATABASE = "tocsin.db"
_LOCK = "lock"
_MOUNTS = Path("/proc/mounts")
_REMOTE = {
    *("9p", "afs", "ceph", "cifs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"),
    *("fuse.ceph", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"),
}
_OCTAL = re.compile(r"\\([0-7]{3})")


@contextmanager
def held(folder: Path, mounts: Path = _MOUNTS) -> Iterator[None]:
    """The folder, made if need be (0700), for this process alone.

    `mounts` is the file that says which file system is where.

    Raises:
        StoreError: another process holds it, it cannot be used, or it is on another machine.
    """
    try:
        lock = _locked(folder, mounts)
    except OSError as error:
        raise StoreError(f"the data folder {folder} cannot be used: {error.strerror}") from error
    try:
        yield
    finally:
        os.close(lock)  # Which also lets go of it.


def _locked(folder: Path, mounts: Path) -> int:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True)
        sync_folder(folder.parent)
    if (kind := filesystem(folder, _read(mounts))) in _REMOTE:
        raise StoreError(
            f"{folder} is on a network file system ({kind}), whose locks and flushes SQLite"
            " cannot rely on; name a folder on a disk of this machine"
        )
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(lock, folder)
    except BaseException:
        os.close(lock)
        raise
    return lock


def _take(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(lock, 32, 0).decode(errors="replace").strip() or "unknown"
        raise StoreError(
            f"the data folder {folder} is in use by process {holder}; stop that one first,"
            " or name another folder"
        ) from error
    os.pwrite(lock, b"%-20d\n" % os.getpid(), 0)  # In place: a full disk must not forbid it.


def filesystem(folder: Path, mounts: str) -> str:
    """The kind of file system a folder is on, by the text of /proc/mounts; empty if unknown."""
    place = os.path.realpath(folder)
    best, kind = "", ""
    for line in mounts.splitlines():
        _, point, found, *_ = line.split(" ")
        point = _OCTAL.sub(lambda code: chr(int(code[1], 8)), point)  # A space is \040.
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, found
    return kind


def _read(mounts: Path) -> str:
    try:
        return mounts.read_text(errors="replace")
    except FileNotFoundError:  # Not every system has it.
        return ""


def create(path: Path) -> None:
    """See to it that the file is there, 0600, and that its name survives a power loss."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: what was created, renamed or removed there."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
