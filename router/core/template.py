"""A text of the operator's own that is filled in when something is sent."""

import msgspec


class Template(msgspec.Struct, frozen=True):
    """A jinja2 template for one field of a message, with the macros it uses in front.

    `origin` is where it stands, for errors: a file with a line, or a key path.
    """

    text: str
    origin: str = ""

    @property
    def empty(self) -> bool:
        """Whether it can only make nothing."""
        return not self.text
