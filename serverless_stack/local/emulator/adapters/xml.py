"""Small XML documents."""

from xml.sax.saxutils import escape


class Xml(str):
    """Text that is XML and is not escaped again."""

    def __bytes__(self) -> bytes:
        """Return the document in UTF-8."""
        return self.encode()


def element(name: str, *content: str | int | bool) -> Xml:
    """Return an element: text is escaped, nested elements are not, booleans are true or false."""
    return Xml(f"<{name}>{''.join(_text(part) for part in content)}</{name}>")


def _text(part: str | int | bool) -> str:
    if isinstance(part, Xml):
        return part
    if isinstance(part, bool):
        return str(part).lower()
    return escape(str(part))
