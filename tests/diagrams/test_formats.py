"""The formats: SVG, Mermaid and D2, whatever the names are."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from serverless_stack.diagrams import (
    Drawing,
    Edge,
    EdgeKind,
    Graph,
    Icons,
    LayoutEngine,
    Node,
    graph,
    layout,
    to_d2,
    to_html,
    to_mermaid,
    to_svg,
)
from serverless_stack.diagrams.kinds import boxes, parts
from serverless_stack.diagrams.render.glyphs import GLYPHS, family_of
from tests.diagrams import apps

SVG = "{http://www.w3.org/2000/svg}"
NASTY = (
    '</script><script>alert("1")</script> & \'"`${x} [a](b) #1; \\ | end'
    "\x00\x1b\ud800\uffff @@data@@"
)


def nasty() -> Graph:
    nodes = (Node("a", NASTY, NASTY, "queue"), Node("b", "1. end", "- x", "nothing"))
    return Graph(NASTY, nodes, (), (Edge("a", "b", EdgeKind.ACCESS, (NASTY,)),), 2)


def test_an_svg_has_its_title_boxes_and_colours(shop: Drawing) -> None:
    root = ElementTree.fromstring(to_svg(shop))
    assert root.get("role") == "img"
    labels = (root.get("aria-labelledby") or "").split()
    texts = {each.get("id"): each.text for each in root.iter() if each.get("id")}
    assert [texts[label] for label in labels] == ["Shop", shop.graph.description]
    assert (
        len([each for each in root.iter(f"{SVG}g") if "node" in (each.get("class") or "").split()])
        == 11
    )
    style = root.findtext(f"{SVG}style") or ""
    assert "@media (prefers-color-scheme:dark)" in style
    assert "@paper" not in style
    assert "http" not in to_svg(shop).replace("http://www.w3.org/2000/svg", "")


def test_light_and_dark_colour_the_same_things(shop: Drawing) -> None:
    style = ElementTree.fromstring(to_svg(shop)).findtext(f"{SVG}style") or ""
    light, dark = style.split("@media (prefers-color-scheme:dark){")
    coloured = [line.partition("{")[0] for line in light.splitlines() if "#" in line]
    assert coloured == [line.partition("{")[0] for line in dark.splitlines() if "#" in line]


def test_each_type_has_a_glyph_and_is_in_one_table() -> None:
    assert [box.category for box in boxes().values() if box.category not in GLYPHS] == []
    assert boxes().keys() & parts().keys() == set()
    assert {family_of(name) for name in GLYPHS} == {
        *("compute", "front", "storage", "data", "messages", "security", "plain")
    }


def test_any_name_is_escaped(engine: LayoutEngine) -> None:
    drawing = layout(nasty(), engine, "right")
    root = ElementTree.fromstring(to_svg(drawing))
    assert root.findtext(f"{SVG}title", "").startswith("</script>")
    page = to_html(drawing)
    assert page.count("<script") == page.count("</script>") == 2
    assert 'alert("1")' not in page.replace('\\u003cscript>alert(\\"1\\")', "")


def test_a_mermaid_flowchart() -> None:
    text = to_mermaid(graph(apps.shop()))
    assert text.splitlines()[:6] == [
        "---",
        'title: "Shop"',
        "---",
        "flowchart LR",
        '  subgraph f0["VPC"]',
        '    subgraph f1["Isolated subnets \u00d7 2"]',
    ]
    assert '  n3 ==>|"/api/#42;"| n1\n' in text
    assert '  n0(["Viewers<br>Internet"])\n' in text
    assert "flowchart TD" in to_mermaid(graph(apps.shop()), "down")


def test_mermaid_sees_no_syntax_in_names() -> None:
    lines = to_mermaid(nasty()).splitlines()[4:]
    for line in lines:
        for text in re.findall(r'"([^"]*)"', line):
            assert not re.search(
                r"[#<>&`*_~\[\]{}|\\$;@%](?!\w+;)", re.sub(r"#\d+;|<br>", "", text)
            )
        assert line.count('"') % 2 == 0
    assert lines[1] == '  n1["1#8203;. end<br>#8203;- x"]'


def test_a_d2_diagram() -> None:
    text = to_d2(graph(apps.shop()))
    assert text.splitlines()[:4] == [
        "# Shop",
        "direction: right",
        'f0: "VPC" {',
        '  f1: "Isolated subnets \u00d7 2" {',
    ]
    assert 'n3 -> n1: "/api/*" {style.stroke-width: 3}\n' in text
    assert 'n2: "Bucket\\nS3 bucket\\ndata: retained" {shape: cylinder}\n' in text


def test_d2_sees_no_syntax_in_names() -> None:
    for line in to_d2(nasty()).splitlines()[2:]:
        assert re.fullmatch(r'[\w.]+( -> [\w.]+)?: "(?:[^"\\$]|\\.)*"( \{.*\})?', line), line


def test_icons_of_a_folder(tmp_path: Path, shop: Drawing) -> None:
    folder = tmp_path / "Architecture-Service-Icons_07312025" / "Arch_Compute"
    for size in (16, 48, 64):
        (folder / str(size)).mkdir(parents=True)
        (folder / str(size) / f"Arch_AWS-Lambda_{size}.svg").write_text(f"<svg>{size}</svg>")
    (folder / "48" / "Arch_AWS-Lambda_48.png").write_bytes(b"png")
    icons = Icons(tmp_path)
    text = to_svg(shop, icons=icons)
    assert text.count("<image") == 1
    assert "data:image/svg+xml;base64,PHN2Zz40ODwvc3ZnPg==" in text
    assert icons.data_uri("AWS::S3::Bucket") is None


def test_a_folder_without_icons_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must have files such as Arch_AWS-Lambda_48\.svg, got"):
        Icons(tmp_path)
