"""The request of a viewer that a distribution is serving."""

from contextvars import ContextVar

current_viewer_headers: ContextVar[list[tuple[str, str]]] = ContextVar(
    "serverless_stack_viewer_headers"
)
"""Its headers as sent: MiniStack hands only lower-case names on to an origin."""


def spelled(name: str) -> str:
    """Return a header's name as the viewer spelled it, or as CloudFront writes its own."""
    for sent, _value in current_viewer_headers.get([]):
        if sent.lower() == name.lower():
            return sent
    return "-".join(part.capitalize() for part in name.split("-"))
