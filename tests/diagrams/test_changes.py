"""The diagram of a change."""

from serverless_stack.diagrams import Change, Graph, ResourceChange, compared, graph
from tests.diagrams.apps import Json, allow, function, one, resource


def app(*targets: str, **resources: object) -> Graph:
    statements = [allow(target, "sqs:SendMessage") for target in targets]
    return graph(one({**dict(function("Handler", statements)), **resources}))


QUEUE: Json = resource("SQS::Queue")


def test_boxes_and_edges_of_both_sides() -> None:
    old, new = app("Old", Old=QUEUE, Same=QUEUE), app("New", "Same", New=QUEUE, Same=QUEUE)
    changes = {
        ("", "Old"): ResourceChange(Change.DELETE, "data loss"),
        ("", "New"): ResourceChange(Change.ADD),
        ("", "HandlerPolicy"): ResourceChange(Change.UPDATE),
    }
    found = compared(old, new, changes)
    assert {node.title: (node.change, node.note) for node in found.nodes} == {
        "Handler": (Change.UPDATE, ""),  # a part of it changes
        "New": (Change.ADD, ""),
        "Old": (Change.DELETE, "data loss"),
        "Same": (None, ""),
    }
    assert {edge.target: edge.change for edge in found.edges} == {
        ".New": Change.ADD,
        ".Old": Change.DELETE,
        ".Same": Change.ADD,
    }


def test_a_renamed_resource_is_one_box() -> None:
    found = compared(
        app("Old", Old=QUEUE),
        app("New", New=QUEUE),
        {("", "New"): ResourceChange(Change.REPLACE)},
    )
    assert [(node.title, node.change) for node in found.nodes if node.title != "Handler"] == [
        ("New", Change.REPLACE)
    ]


def test_frames_that_only_the_old_side_needs() -> None:
    network: Json = {
        "Vpc": resource("EC2::VPC"),
        "PrivateSubnet1": resource("EC2::Subnet", VpcId={"Ref": "Vpc"}),
        "Db": resource("RDS::DBInstance", SubnetIds=[{"Ref": "PrivateSubnet1"}]),
    }
    changes = {("", name): ResourceChange(Change.DELETE) for name in network}
    found = compared(graph(one(network)), graph(one({"Jobs": QUEUE})), changes)
    assert [frame.title for frame in found.frames] == ["VPC", "Private subnet"]
    frames = {node.title: node.frame for node in found.nodes}
    assert frames["Jobs"] is None
    assert frames["Db"] == found.frames[1].id


def test_nothing_changed() -> None:
    same = app("Jobs", Jobs=QUEUE)
    assert compared(same, same, {}) == same
