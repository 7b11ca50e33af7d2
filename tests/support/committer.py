"""A process to be killed: it commits as fast as it can and says so after each commit."""

import sys
from itertools import count
from pathlib import Path

import anyio

from router.core import command as c
from router.store.store import Store
from support.things import alert, group, stamp


async def commit_forever(data: Path) -> None:
    """Print the number of each commit once it returned."""
    async with Store.open(data, ballast_bytes=0) as store:
        last = (await store.load()).last["alert"]
        await store.commit([c.PutGroup(group(1))], stamp())
        for number in count(last + 1):
            record = c.Record(seq=number, at=number, kind="fired", alert=number, group=1)
            put = c.PutAlert(alert(number, annotations=b"x" * 2000))
            await store.commit([put, c.Join(1, number), record], stamp(number))
            print(number, flush=True)


if __name__ == "__main__":
    anyio.run(commit_forever, Path(sys.argv[1]))
