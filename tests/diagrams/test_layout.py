"""The layout: nothing overlaps, no text is cut, and the same input gives the same bytes."""

import dataclasses
import itertools
import random
import sys
from pathlib import Path

import pytest

from serverless_stack.diagrams import (
    Drawing,
    Edge,
    EdgeKind,
    Frame,
    FrameKind,
    Graph,
    LayoutEngine,
    LayoutError,
    Node,
    graph,
    layout,
    to_svg,
)
from serverless_stack.diagrams.layout import elk, sizes
from serverless_stack.diagrams.layout.drawing import PlacedNode, Rectangle
from serverless_stack.diagrams.layout.text import width_of
from serverless_stack.diagrams.layout.titles import segments
from tests.diagrams import apps


def problems(drawing: Drawing) -> list[str]:
    """List what is wrong with a drawing."""
    return [
        *_overlaps(drawing),
        *_outside(drawing),
        *(text for node in drawing.nodes for text in _cut(node)),
        *_crossed(drawing),
    ]


def _overlaps(drawing: Drawing) -> list[str]:
    places = [(each.node.title, each.place) for each in drawing.nodes]
    places += [(each.edge.label, each.place) for each in drawing.edges if each.place is not None]
    return [
        f"{one} overlaps {other}"
        for (one, first), (other, second) in itertools.combinations(places, 2)
        if first.overlaps(second)
    ]


def _outside(drawing: Drawing) -> list[str]:
    frames = {each.frame.id: each.place for each in drawing.frames}
    whole = Rectangle(0, 0, drawing.width, drawing.height)
    found = []
    for frame in drawing.frames:
        if not frames.get(frame.frame.frame or "", whole).contains(frame.place):
            found.append(f"{frame.title} is outside of its frame")
        if not frame.place.contains(frame.title_place):
            found.append(f"the title {frame.title} is outside of its frame")
    for node in drawing.nodes:
        if not frames.get(node.node.frame or "", whole).contains(node.place):
            found.append(f"{node.node.title} is outside of its frame")
        for id, place in frames.items():
            if place.overlaps(node.place) and not place.contains(node.place):
                found.append(f"{node.node.title} is on the line of {id}")
    for edge in drawing.edges:
        if edge.place is not None and not whole.contains(edge.place):
            found.append(f"the label {edge.edge.label} is outside")
    return found


def _cut(placed: PlacedNode) -> list[str]:
    """List the texts of a box that are wider or higher than it."""
    room = placed.place.width - sizes.TEXT_LEFT - sizes.TEXT_RIGHT
    texts = [(line, sizes.TITLE_SIZE, True) for line in placed.title]
    texts += [(line, sizes.LABEL_SIZE, False) for line in (*placed.label, *placed.notes)]
    found = [line for line, size, bold in texts if width_of(line, size, bold=bold) > room]
    lines = len(placed.label) + len(placed.notes)
    height = len(placed.title) * sizes.TITLE_LINE + lines * sizes.LABEL_LINE
    return [*found, *(["too high"] if height > placed.place.height else [])]


def _crossed(drawing: Drawing) -> list[str]:
    """List the boxes that an edge runs through: it may touch only the sides of its own."""
    return [
        f"{edge.edge.source} -> {edge.edge.target} runs through {node.node.title}"
        for edge in drawing.edges
        for part in segments(edge)
        for node in drawing.nodes
        if part.overlaps(
            Rectangle(
                node.place.x + 2, node.place.y + 2, node.place.width - 4, node.place.height - 4
            )
        )
    ]


def test_the_shop(shop: Drawing) -> None:
    assert len(shop.nodes) == 11
    assert problems(shop) == []


def test_150_resources(engine: LayoutEngine) -> None:
    found = graph(apps.large())
    assert found.resources == 150
    drawing = layout(found, engine, "down")
    assert problems(drawing) == []
    assert len(drawing.nodes) == 41
    assert drawing.width < 3000
    assert drawing.height < 2000


def randomly(seed: int) -> Graph:
    """Return a graph with frames in frames, cycles, long names, and any letters."""
    choose = random.Random(seed)
    words = [
        "Orders",
        "a-very-long-name-without-any-end-" * 3,
        "Größe",
        "注文",
        "x",
        "A B C D E F G H",
    ]
    frames: list[Frame] = []
    for number in range(choose.randrange(6)):
        outer = choose.choice([None, *(frame.id for frame in frames)])
        kind = choose.choice(list(FrameKind))
        frames.append(Frame(f"frame {number}", choose.choice(words), kind, outer))
    nodes = tuple(
        Node(
            id=f"node {number}",
            title=choose.choice(words),
            label=choose.choice(words),
            category=choose.choice(["queue", "unknown"]),
            data=choose.choice(["", "retained"]),
            frame=choose.choice([None, *(frame.id for frame in frames)]),
        )
        for number in range(choose.randrange(1, 16))
    )
    pairs = sorted(
        {
            (choose.choice(nodes).id, choose.choice(nodes).id)
            for _ in range(choose.randrange(len(nodes) * 2))
        }
    )
    edges = tuple(
        Edge(
            source, target, choose.choice(list(EdgeKind)), choose.choice([(), ("reads", "writes")])
        )
        for source, target in pairs
        if source != target
    )
    return Graph("Random", nodes, tuple(frames), edges, len(nodes))


def test_random_graphs(engine: LayoutEngine) -> None:
    """All in one process of Node.js, whose start is most of the time."""
    requests = [elk.Request(randomly(seed)) for seed in range(25)]
    directions: list[elk.Direction] = ["right", "down"]
    for direction in directions:
        answers = engine.run([request.described(direction) for request in requests])
        for seed, (request, answer) in enumerate(zip(requests, answers, strict=True)):
            assert problems(request.drawing(answer)) == [], (seed, direction)


def test_a_problem_is_found(shop: Drawing) -> None:
    first, second, *rest = shop.nodes
    moved = dataclasses.replace(second, place=first.place)
    wide = dataclasses.replace(first, title=("a title that is much wider than the box is",))
    found = problems(dataclasses.replace(shop, nodes=(wide, moved, *rest)))
    assert f"{first.node.title} overlaps {second.node.title}" in found
    assert "a title that is much wider than the box is" in found


def test_the_bytes_do_not_depend_on_the_order_of_the_template(
    shop: Drawing, engine: LayoutEngine
) -> None:
    (stack,) = apps.shop()
    resources = stack.template["Resources"]
    assert isinstance(resources, dict)
    turned = {"Resources": dict(reversed(resources.items()))}
    again = layout(graph([dataclasses.replace(stack, template=turned)]), engine)
    assert to_svg(again) == to_svg(shop)


def test_nothing_to_draw(engine: LayoutEngine) -> None:
    drawing = layout(graph([]), engine)
    assert drawing.nodes == ()
    assert to_svg(drawing).startswith("<svg")


@pytest.mark.parametrize(
    ("node", "elk_file", "message"),
    [
        ("/nowhere/node", "x.js", "cannot run"),
        (sys.executable, "x.js", "the layout failed"),
    ],
)
@pytest.mark.server
def test_a_program_that_fails(node: str, elk_file: str, message: str) -> None:
    with pytest.raises(LayoutError, match=message):
        layout(graph([]), LayoutEngine(Path(node), Path(elk_file)))
