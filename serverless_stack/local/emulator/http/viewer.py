"""The request of a viewer that a distribution is serving."""

from contextvars import ContextVar

current_viewer_headers: ContextVar[list[tuple[str, str]]] = ContextVar(
    "serverless_stack_viewer_headers"
)
"""The viewer's headers as sent. MiniStack forwards only lower-case names to an origin."""


def spelled(name: str) -> str:
    """Return a header's name in the viewer's case, or in CloudFront's."""
    for sent, _value in current_viewer_headers.get([]):
        if sent.lower() == name.lower():
            return sent
    return "-".join(part.capitalize() for part in name.split("-"))
