"""Names that stand in prose are those of the library, and a link says where it leads."""

import re
from pathlib import Path

from serverless_stack.constructs.app import options
from tests.docs.site import ROOT

PARTS = {
    "function": options.FunctionOptions,
    "api": options.ApiOptions,
    "bucket": options.ConnectedBucketOptions,
    "cdn": options.CdnOptions,
    "redis": options.RedisOptions,
    "memcached": options.MemcachedOptions,
}
DOCS = ROOT / "docs"
PAGES = [
    *(path for path in sorted(DOCS.rglob("*.md")) if "_build" not in path.parts),
    ROOT / "README.md",
    ROOT / "serverless_stack" / "AGENTS.md",
]


def unknown_options(text: str) -> list[str]:
    """List the options that no part of an application has, as in `bucket={"replica": …}`."""
    return [
        f"{part}={key}"
        for part, key in re.findall(rf'\b({"|".join(PARTS)})=\{{"(\w+)"', text)
        if key not in PARTS[part].__annotations__
    ]


def test_options_of_parts_exist() -> None:
    unknown = {path.name: found for path in PAGES if (found := unknown_options(path.read_text()))}
    assert unknown == {}


def test_an_unknown_option_is_found() -> None:
    assert unknown_options('`bucket={"replica": …}`, `cdn={"waf": Waf()}`') == ["bucket=replica"]


def title_of(path: Path) -> str:
    heading = re.search(r"^# (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return heading[1].lower() if heading else ""


def test_a_link_with_the_title_of_a_page_leads_there() -> None:
    titles: dict[str, set[Path]] = {}
    for path in DOCS.rglob("*.md"):
        titles.setdefault(title_of(path), set()).add(path)
    problems = []
    for page in PAGES:
        for text, target in re.findall(r"\[([^\]\[]+)\]\(([^)#:]+\.md)", page.read_text("utf-8")):
            titled = titles.get(text.strip("`").lower())
            if titled and (page.parent / target).resolve() not in titled:
                problems.append(f"{page.relative_to(ROOT)}: [{text}]({target})")
    assert problems == []
