"""What came in: stream entries seen, so as not to take them twice, and bodies rejected."""

import sqlite3
from collections.abc import Iterable
from hashlib import blake2b

from router.core.command import PutReject
from router.store.rows import Row, insert, plain

BODY_BYTES = 16 * 1024  # Of a rejected body; what is longer is cut.
_SHORT = 32

PUT_SEEN = insert("seen", ("source", "key", "at"), verb="INSERT OR IGNORE")
PUT_REJECT = insert("reject", ("source", "reason", "body", "at"))
REJECTS = "SELECT source, reason, body, at FROM reject ORDER BY id DESC LIMIT ?"

_CUT = (
    "DELETE FROM reject WHERE source = ? AND id <="
    " (SELECT id FROM reject WHERE source = ? ORDER BY id DESC LIMIT 1 OFFSET ?)"
)


def entry_key(entry: str) -> bytes:
    """The bytes by which a stream entry is known again: itself if it is short, else 128 bits.

    The leading 0xff, which no text begins with, keeps the two apart.
    """
    text = entry.encode(errors="surrogatepass")
    if len(text) <= _SHORT:
        return text
    return b"\xff" + blake2b(text, digest_size=16).digest()


def seen_row(source: str, entry: str, at: int) -> Row:
    """The row of an entry received at `at` (wall)."""
    return source, entry_key(entry), at


def reject_row(reject: PutReject) -> Row:
    """The row of a rejected body, as much of it as is kept."""
    return reject.source, reject.reason, reject.body[:BODY_BYTES], reject.at


def cut_rejects(db: sqlite3.Connection, sources: Iterable[str], keep: int) -> int:
    """Keep the newest `keep` rejects of each of the sources; returns how many went."""
    names = map(plain, sources)
    return sum(db.execute(_CUT, (name, name, keep)).rowcount for name in names)


def seen_query(count: int) -> str:
    """The query for which of `count` keys are known of a source, named first."""
    return f"SELECT key FROM seen WHERE source = ? AND key IN ({', '.join('?' * count)})"
