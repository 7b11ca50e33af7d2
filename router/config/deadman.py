"""The dead man's switch: where a sign of life goes, and how often."""

from router.config import http_config
from router.config.address import http_url
from router.config.names import Names, reference
from router.config.table import Table
from router.config.vault import Vault
from router.core.configuration import Deadman
from router.core.http_options import HttpOptions
from router.core.integration import WebhookIntegration
from router.core.moment import MINUTE, SECOND

TIMEOUT = 10 * SECOND


def read(root: Table, names: Names, vault: Vault) -> Deadman | None:
    """What `[deadman]` says; None without one."""
    if "deadman" not in root:
        return None
    table = root.table("deadman")
    receiver = reference(table, "receiver", names, "receivers")
    url = vault.secret(table, "url", http_url, is_address=True)
    http = http_config.read(table, vault)
    every = table.duration("every", MINUTE, zero=False)
    overdue = table.duration("overdue", MINUTE, zero=False)
    if not any(key in table for key in ("url", "url_file", "receiver")):
        what = 'needs where to, such as url = "https://hc-ping.com/…", or a receiver'
        table.absent(what, "url", "url_file", "receiver")
    if http is not None and url is None:
        table.problem("is for the url, and there is none", "http_config")
    integration = None
    if url is not None:
        integration = WebhookIntegration(url=url, http=http or HttpOptions(), timeout=TIMEOUT)
    return Deadman(every=every, overdue=overdue, integration=integration, receiver=receiver or "")
