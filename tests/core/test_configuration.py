from msgspec.structs import replace
from support.small import configuration

from router.core.configuration import Receiver, User
from router.core.integration import ConsoleIntegration, WebhookIntegration
from router.core.secret import Secret

HOOK = WebhookIntegration(url=Secret("${HOOK}", "https://hook.example.com/1"))
SECOND = WebhookIntegration(url=Secret("${SECOND}", ""))
CONSOLE = ConsoleIntegration()
RECEIVER = Receiver("ops/eu", (HOOK, CONSOLE, SECOND))


def test_integrations_are_numbered_within_their_kind() -> None:
    known = configuration(receivers={"ops/eu": RECEIVER})
    assert [*known.targets("ops/eu").items()] == [
        ("receiver:ops/eu/webhook/0", HOOK),
        ("receiver:ops/eu/console/0", CONSOLE),
        ("receiver:ops/eu/webhook/1", SECOND),
    ]
    assert known.targets("ops") == {}


def test_a_target_names_its_integration() -> None:
    user = User(id="ana", methods={"hook": SECOND})
    known = configuration(receivers={"ops/eu": RECEIVER}, users={"ana": user})
    assert known.integration("receiver:ops/eu/webhook/1") is SECOND
    assert known.integration("user:ana/hook") is SECOND
    for gone in ("receiver:ops/eu/webhook/2", "receiver:ops/webhook/0", "user:ana/sms", "ops"):
        assert known.integration(gone) is None


def test_an_edit_changes_what_a_target_names() -> None:
    before = configuration(receivers={"ops/eu": RECEIVER})
    assert before.integration("receiver:ops/eu/webhook/0") is HOOK
    after = replace(before, receivers={"ops/eu": Receiver("ops/eu", (SECOND,))})
    assert after.integration("receiver:ops/eu/webhook/0") is SECOND
    assert [*after.targets("ops/eu")] == ["receiver:ops/eu/webhook/0"]


def test_an_integration_lacks_what_is_not_there_yet() -> None:
    assert (HOOK.missing, CONSOLE.missing) == ((), ())
    assert SECOND.missing == ("${SECOND}",)
    assert replace(SECOND, url=HOOK.url).missing == ()
    assert replace(SECOND, lacking=("who.txt",)).missing == ("${SECOND}", "who.txt")
