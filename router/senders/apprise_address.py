"""The address of one delivery by Apprise, with what its templates say."""

import re
from urllib.parse import quote

from router.core.apprise_place import Place, places
from router.core.integration import AppriseIntegration
from router.errors import PermanentDeliveryError
from router.senders.placed import Placing

# Apprise takes addresses apart again after it has decoded them, and makes several targets of what
# holds commas, blanks or slashes: no such character may come from an alert.
_WORD = re.compile(r"[\w+][\w.+=-]*", re.ASCII).fullmatch
_WORDS = {
    **dict.fromkeys(("rocket", "rockets"), re.compile(r"[#@]?\w[\w.-]*", re.ASCII).fullmatch),
    "sns": re.compile(r"\+?[0-9]+", re.ASCII).fullmatch,  # Anything else would be a topic.
}


def filled(url: str, integration: AppriseIntegration, placing: Placing, name: str) -> str:
    """The address with its parts filled in: one word each before the query, any line in it.

    Raises:
        PermanentDeliveryError: one comes to nothing, or to what could lead elsewhere.
    """
    made, done = [], 0
    for place in places(url):
        written = integration.parts.get(place.name)
        if written is not None:
            made += [url[done : place.start], _filled(url, place, written, placing, name)]
            done = place.end
    return "".join((*made, url[done:]))


def _filled(url: str, place: Place, written: str, placing: Placing, name: str) -> str:
    in_query = place.where == "query"
    said = placing.text(written, place.name, optional=place.optional)
    if in_query:
        # Apprise decodes a query twice; what is literal must still be so after the second time.
        return quote(said.replace("%", "%25"), safe="")
    is_word = _WORDS.get(url.partition("://")[0].lower(), _WORD)
    if said and not is_word(said):
        what = "comes to more than one word of letters, digits, _, - and the like"
        raise PermanentDeliveryError(f"{name}: the template of {place.name} {what}")
    return quote(said, safe="")
