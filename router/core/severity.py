"""What senders mean by their severity words, and which of two is worse."""

_WORDS = {
    "critical": "critical crit fatal emergency emerg alert disaster page panic p0 p1 sev0 sev-0",
    "high": "high error err major p2",
    "warning": "warning warn average minor medium moderate p3 sev2",
    "info": "info informational information notice debug low ok none p4 p5 sev3 sev4",
}
_MEANING = {word: ours for ours, words in _WORDS.items() for word in words.split()}
_RANK = {"critical": 4, "high": 3, "warning": 2, "info": 1}


def severity(word: str) -> str:
    """The canonical severity a sender's word stands for; case and blanks around it do not count.

    One of critical, high, warning, info, or `unknown` for any other word and for none. Bare
    numbers and `sev1` are unknown: they mean different things to different senders.
    """
    return _MEANING.get(word.strip().lower(), "unknown")


def rank(word: str) -> int:
    """How bad a severity word is: 4 critical, 3 high, 2 warning, 1 info.

    An unknown word ranks as a warning: it must still page.
    """
    return _RANK.get(severity(word), 2)
