"""Describe each page by its first paragraph: for search engines, and for llms.txt."""

import html

from docutils import nodes
from sphinx.application import Sphinx

MIN_LENGTH, MAX_LENGTH = 40, 200


def description_of(document: nodes.document) -> str:
    """Return the first paragraph of a page, up to the last sentence that fits."""
    for paragraph in document.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section | nodes.document):
            return shortened(" ".join(paragraph.astext().split()))
    return ""


def shortened(text: str) -> str:
    """Return whole sentences of a text, or what fits of the first."""
    if len(text) <= MAX_LENGTH:
        return text.rstrip(":")
    sentences = text[:MAX_LENGTH].rpartition(". ")[0]
    if len(sentences) >= MIN_LENGTH:
        return f"{sentences}."
    return text[: MAX_LENGTH - 1].rpartition(" ")[0] + "…"


def _keep(app: Sphinx, document: nodes.document) -> None:
    metadata = app.env.metadata[app.env.current_document.docname]
    metadata.setdefault("description", description_of(document))


def _show(
    app: Sphinx, name: str, template: str, context: dict[str, object], document: object
) -> None:
    if text := app.env.metadata.get(name, {}).get("description"):
        tag = f'<meta name="description" content="{html.escape(text)}">'
        context["metatags"] = f"{context.get('metatags', '')}\n{tag}"


def setup(app: Sphinx) -> dict[str, object]:
    """Add the descriptions to a build. Another version of them is another build."""
    app.connect("doctree-read", _keep)
    app.connect("html-page-context", _show)
    return {"parallel_read_safe": True, "env_version": 2}
