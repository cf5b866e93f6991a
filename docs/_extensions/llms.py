"""Write llms.txt (a list of the pages) and llms-full.txt (all of them) for language models."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import yaml
from sphinx.application import Sphinx
from sphinx.directives.code import LiteralIncludeReader
from sphinx.environment import BuildEnvironment

_INCLUDE = re.compile(
    r"^(?P<indent> *)```\{literalinclude\} (?P<path>\S+)\n(?P<options>(?: *:\S+:.*\n)*) *```$",
    re.MULTILINE,
)
_OPTION = re.compile(r"^ *:(\S+): ?(.*)$", re.MULTILINE)
_LEFT_OUT = re.compile(r"^ *```\{(toctree|raw)\}.*?^ *```\n", re.MULTILINE | re.DOTALL)
_API = re.compile(r"^```\{eval-rst\}\n.*?^```$", re.MULTILINE | re.DOTALL)
_CLASS = re.compile(r"^\.\. auto(?:class|function|exception|module):: (\S+)", re.MULTILINE)


def with_files(text: str, page: Path, app: Sphinx) -> str:
    """Return the Markdown of a page with the files that it includes."""

    def show(found: re.Match[str]) -> str:
        path = (page.parent / found["path"]).resolve()
        options: dict[str, str | None] = {
            name: str(yaml.safe_load(value)) if value.strip() else None
            for name, value in _OPTION.findall(found["options"])
        }
        code, _lines = LiteralIncludeReader(str(path), dict(options), app.config).read()
        language = options.get("language") or path.suffix.lstrip(".").replace("py", "python")
        block = f"```{language}\n{code.rstrip()}\n```"
        return textwrap.indent(block, found["indent"])

    return _INCLUDE.sub(show, text)


def markdown_of(name: str, app: Sphinx) -> str:
    """Return a page for a reader who sees no directives."""
    page = Path(app.env.doc2path(name))
    source = [page.read_text("utf-8")]
    app.emit("source-read", name, source)  # what is written while a page is read
    text = _LEFT_OUT.sub("", with_files(source[0], page, app))
    return _API.sub(
        lambda found: "API: " + ", ".join(f"`{each}`" for each in _CLASS.findall(found[0])), text
    )


def pages(env: BuildEnvironment, name: str, level: int = 0) -> Iterator[tuple[int, str]]:
    """List the pages in the order of the table of contents, each with its level."""
    yield level, name
    for child in env.toctree_includes.get(name, []):
        yield from pages(env, child, level + 1)


def _write(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.name != "html":
        return
    env, root = app.env, app.config.root_doc
    lines = [f"# {app.config.project}", "", f"> {env.metadata[root].get('description', '')}"]
    for level, name in pages(env, root):
        title = env.titles[name].astext()
        if level == 1:
            lines += ["", f"## {title}", ""]
        if level:
            text = env.metadata[name].get("description", "")
            lines.append(f"- [{title}]({app.builder.get_target_uri(name)}): {text}")
    (app.outdir / "llms.txt").write_text("\n".join(lines) + "\n", "utf-8")
    full = [markdown_of(name, app).strip() for _level, name in pages(env, root)]
    (app.outdir / "llms-full.txt").write_text("\n\n---\n\n".join(full) + "\n", "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the files to a build."""
    app.connect("build-finished", _write)
    return {"parallel_read_safe": True}
