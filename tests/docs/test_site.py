"""The built documentation: links, headings, descriptions, and that nothing of it is elsewhere."""

import re
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from tests.docs.site import ROOT, Site

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("documentation")]


def test_links_lead_somewhere(site: Site) -> None:
    pages = [site.named(name) for name in site.names]
    broken = [
        f"{page.path.relative_to(site.folder)}: {problem}"
        for page in pages
        for link in page.links + page.loads
        if (problem := site.broken(page, link))
    ]
    assert broken == []
    assert sum(len(page.links) for page in pages) > 1000


def test_nothing_is_loaded_from_elsewhere(site: Site) -> None:
    foreign = {
        load
        for name in site.names
        for load in site.named(name).loads
        if urlsplit(load).scheme not in ("", "data") or urlsplit(load).netloc
    }
    assert foreign == set()
    styles = [*site.folder.glob("_static/**/*.css"), *site.folder.glob("_static/**/*.svg")]
    for path in styles:
        text = path.read_text("utf-8")
        assert not re.search(r"@import|url\(['\"]?(https?:)?//", text), path


def test_each_page_has_one_title_and_no_level_is_left_out(site: Site) -> None:
    for name in site.names:
        levels = site.named(name).headings
        assert levels.count(1) == 1, name
        jumps = [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1]
        assert jumps == [], name


def test_each_page_has_a_description_of_its_own(site: Site) -> None:
    descriptions = {name: site.named(name).description for name in site.names}
    for name, text in descriptions.items():
        assert 30 <= len(text) <= 200, (name, text)
    assert len(set(descriptions.values())) == len(descriptions)


def test_each_picture_has_a_text(site: Site) -> None:
    assert {name: site.named(name).images_without_text for name in site.names} == {
        name: [] for name in site.names
    }
    assert "pictures" not in {name.partition("/")[0] for name in site.names}


def test_language_models_get_every_page(site: Site) -> None:
    short = (site.folder / "llms.txt").read_text("utf-8")
    listed = re.findall(r"^- \[[^]]+\]\(([^)]+)\.html\): \S", short, re.MULTILINE)
    assert sorted([*listed, "index"]) == site.names
    full = (site.folder / "llms-full.txt").read_text("utf-8")
    assert full.count("\n---\n") >= len(site.names) - 1
    assert "{literalinclude}" not in full
    assert "{eval-rst}" not in full
    assert (ROOT / "app.py").read_text("utf-8").partition("import aws_cdk")[2].strip() in full
