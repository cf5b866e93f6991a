"""Writing small XML documents."""

from xml.sax.saxutils import escape


class Xml(str):
    """Text that is XML already, and so is not escaped again."""

    def __bytes__(self) -> bytes:
        """Return the document in UTF-8."""
        return self.encode()


def element(name: str, *content: str | int | bool) -> Xml:
    """One element: text is escaped, nested elements are not, booleans become true and false."""
    return Xml(f"<{name}>{''.join(_text(part) for part in content)}</{name}>")


def _text(part: str | int | bool) -> str:
    if isinstance(part, Xml):
        return part
    if isinstance(part, bool):
        return str(part).lower()
    return escape(str(part))
