import inspect
import sys
import tomllib
from enum import Enum
from pathlib import Path

from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

_project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]

project = "serverless_stack"
author = "the serverless_stack contributors"
release = _project["version"]
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "commands",
    "descriptions",
    "llms",
    "rule_pages",
]
# Prompts are not copied, nor what a command answered.
copybutton_prompt_text = "$ "
copybutton_copy_empty_lines = False
exclude_patterns = ["_build", "constructs/generated"]
html_theme = "furo"
html_show_copyright = False
html_title = f"serverless_stack {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_search_scorer = str(Path(__file__).parent / "_static" / "scorer.js")
html_js_files = ["site.js"]
html_favicon = "_static/mark.svg"
html_theme_options = {
    "top_of_page_buttons": [],
    "light_logo": "mark.svg",
    "dark_logo": "mark.svg",
    "light_css_variables": {
        "color-brand-primary": "#0b6e5f",
        "color-brand-content": "#0b6e5f",
        "color-brand-visited": "#5b4a9e",
        "color-api-keyword": "#5b6370",
        "color-foreground-muted": "#5b6370",
    },
    "dark_css_variables": {
        "color-brand-primary": "#4fd1b5",
        "color-brand-content": "#4fd1b5",
        "color-brand-visited": "#b9a7f5",
        "color-foreground-muted": "#a4acb9",
    },
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
# Two things may have one short name in different packages, such as `Invalidation`.
suppress_warnings = ["ref.python"]


def _own_signature(
    app: Sphinx, what: str, name: str, thing: object, options: object, signature: str, returns: str
) -> tuple[str, str] | None:
    """Show a construct's own parameters: jsii's metaclass hides them."""
    if what != "class" or not isinstance(thing, type) or "__init__" not in vars(thing):
        return None
    own = inspect.signature(vars(thing)["__init__"])
    parameters = [each.replace(annotation=each.empty) for each in own.parameters.values()][1:]
    shown = [
        each.replace(default=_Text(each.default)) if each.default is not each.empty else each
        for each in parameters
    ]
    return str(own.replace(parameters=shown, return_annotation=own.empty)), ""


class _Text:
    """A default as its author wrote it, more or less: CDK's objects print their address."""

    def __init__(self, value: object) -> None:
        self._text = repr(value) if isinstance(value, bool | int | float | str | tuple) else "…"
        if value is None or isinstance(value, Enum):
            self._text = str(value)

    def __repr__(self) -> str:
        return self._text


def setup(app: Sphinx) -> None:
    app.connect("autodoc-process-signature", _own_signature)
