"""Whether an address to listen on can be reached from elsewhere."""

import pytest

from router.core.settings import is_loopback


@pytest.mark.parametrize(
    "listen", ["127.0.0.1:9093", "127.8.8.8:1", "[::1]:9093", "localhost:9093", "LOCALHOST:1"]
)
def test_only_this_machine_reaches(listen: str) -> None:
    assert is_loopback(listen)


@pytest.mark.parametrize(
    "listen",
    [":9093", "0.0.0.0:9093", "[::]:9093", "10.0.0.1:1", "127.evil.example:1", "alerts:9093"],
)
def test_others_reach(listen: str) -> None:
    assert not is_loopback(listen)
