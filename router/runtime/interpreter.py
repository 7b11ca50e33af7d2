"""Sets the interpreter's dials for a service that holds much, for long, beside a writing thread."""

import gc
import sys

_SWITCH_SECONDS = 0.0005  # The store's thread waits at most so long for a busy loop to let it run.
_THRESHOLDS = (50_000, 50, 1000)


def tune() -> None:
    """Collect garbage seldom, and share the interpreter often. Call it first.

    What is known of an alert holds no cycles. With the default thresholds, taking in 100,000 of
    them walks all of them again and again.
    """
    gc.set_threshold(*_THRESHOLDS)
    sys.setswitchinterval(_SWITCH_SECONDS)


def settle() -> None:
    """Never look for garbage in what is there now. Call it when what was stored is loaded."""
    gc.collect()
    gc.freeze()
