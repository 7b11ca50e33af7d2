"""Commands that run another, and hurt it at a chosen call of the system (by strace).

Calls are counted in each thread: the writer's own alone begin a `pwrite64` or `fdatasync` of the
store, its n-th `write` wakes the loop after its n-th job, and the loop's are answers and pages.
"""

from pathlib import Path
from random import Random

KILLED_AT = {"pwrite64": 400, "fdatasync": 120, "write": 300, "sendto": 60, "openat": 900}


def killed_at(random: Random) -> list[str]:
    """kill -9 the moment the n-th such call begins: between any two of them something ended."""
    call = random.choice(sorted(KILLED_AT))
    return _strace(call, f"signal=SIGKILL:when={random.randint(1, KILLED_AT[call])}")


def failing(call: str, error: str, when: str, output: Path) -> list[str]:
    """The call fails with that error: the n-th time, or `n+` from then on, `n+k` every k-th."""
    return _strace(call, f"error={error}:when={when}", output)


def failed(output: Path) -> int:
    """How many calls were made to fail."""
    return output.read_text().count("(INJECTED)") if output.exists() else 0


def _strace(call: str, what: str, output: Path = Path("/dev/null")) -> list[str]:
    options = ["-f", "-qqq", "-s", "0", "-o", str(output), "-e", f"trace={call}"]
    return ["strace", *options, "-e", f"inject={call}:{what}"]
