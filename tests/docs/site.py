"""The built documentation, as a browser sees it without JavaScript."""

from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[2]
_LOADS = {"img": "src", "script": "src", "source": "srcset", "iframe": "src", "use": "href"}


class Page(HTMLParser):
    """What is checked of a page.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.headings: list[int] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.images_without_text: list[str] = []
        self.description = ""
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        if "id" in values:
            self.ids.add(values["id"])
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag in _LOADS and _LOADS[tag] in values:
            self.loads.append(values[_LOADS[tag]])
        if tag == "link" and values.get("rel") in ("stylesheet", "icon", "preload"):
            self.loads.append(values["href"])
        if tag == "img" and "alt" not in values:
            self.images_without_text.append(values.get("src", ""))
        if tag == "meta" and values.get("name") == "description":
            self.description = values["content"]


@dataclass(frozen=True)
class Site:
    """The pages of the built documentation.

    Attributes:
        folder: Where it was built.
    """

    folder: Path
    _pages: dict[Path, Page] = field(default_factory=dict)

    @cached_property
    def names(self) -> list[str]:
        """The pages that have a source, without `.html`."""
        docs = ROOT / "docs"
        sources = (path.relative_to(docs) for path in docs.rglob("*.md"))
        # Generated parts are included in pages, and none themselves.
        left_out = {"_build", "generated"}
        return sorted(
            source.with_suffix("").as_posix()
            for source in sources
            if not left_out & set(source.parts)
        )

    def page(self, path: Path) -> Page:
        """Return a page, which is read once."""
        if path not in self._pages:
            self._pages[path] = Page(path)
        return self._pages[path]

    def named(self, name: str) -> Page:
        """Return the page of a source."""
        return self.page(self.folder / f"{name}.html")

    def broken(self, page: Page, link: str) -> str:
        """Return what is wrong with a link or an asset of a page; empty if nothing is."""
        url = urlsplit(link)
        if url.scheme or url.netloc:
            return ""
        target = page.path if not url.path else (page.path.parent / unquote(url.path)).resolve()
        if not target.is_file():
            return f"{link}: no such file"
        if url.fragment and target.suffix == ".html":
            ids = self.page(target).ids
            return "" if unquote(url.fragment) in ids else f"{link}: no such heading"
        return ""
