"""Several stacks: references across them, stages, nested stacks, and names."""

import pytest

from serverless_stack.diagrams import Frame, StackTemplate, graph
from tests.diagrams.apps import Json, allow, arn, function, one, ref, resource

TABLE = resource("DynamoDB::Table")


def reader(target: object) -> Json:
    statement = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": target}
    return dict(function("Handler", [statement]))


def edges(*stacks: StackTemplate) -> list[str]:
    found = graph(stacks)
    return [f"{edge.source} -> {edge.target}: {edge.label}" for edge in found.edges]


def test_exports_and_imports() -> None:
    outputs = {"Out": {"Value": arn("Orders"), "Export": {"Name": "Data:Orders"}}}
    data = StackTemplate("Data", {"Resources": {"Orders": TABLE}, "Outputs": outputs})
    api = StackTemplate("Api", {"Resources": reader({"Fn::ImportValue": "Data:Orders"})})
    assert edges(data, api) == ["Api.Handler -> Data.Orders: reads"]


def test_exports_with_computed_names() -> None:
    name = {"Fn::Sub": "${AWS::Region}-orders"}
    outputs = {"Out": {"Value": arn("Orders"), "Export": {"Name": name}}}
    data = StackTemplate("Data", {"Resources": {"Orders": TABLE}, "Outputs": outputs})
    api = StackTemplate("Api", {"Resources": reader({"Fn::ImportValue": name})})
    assert edges(data, api) == ["Api.Handler -> Data.Orders: reads"]


def test_physical_names_across_environments() -> None:
    table = resource("DynamoDB::Table", TableName="orders-of-shop")
    text = {"Fn::Join": ["", ["arn:", ref("AWS::Partition"), ":dynamodb:x:1:table/orders-of-shop"]]}
    data = StackTemplate("Data", {"Resources": {"Orders": table}})
    assert edges(data, StackTemplate("Api", {"Resources": reader(text)})) == [
        "Api.Handler -> Data.Orders: reads"
    ]


@pytest.mark.parametrize("found_by", ["file", "path", "name"])
def test_nested_stacks_pass_parameters_and_outputs(found_by: str) -> None:
    nested = resource("CloudFormation::Stack", Parameters={"Table": arn("Orders")})
    child_name, file = "Shop/Reports", ""
    if found_by == "file":
        file = "Reports.nested.template.json"
        nested["Metadata"] = {"aws:asset:path": file}
    elif found_by == "path":
        nested["Metadata"] = {
            "aws:cdk:path": "Shop/Reports.NestedStack/Reports.NestedStackResource"
        }
    else:
        child_name = "Shop/Nested"
    queue = {"Fn::GetAtt": ["Nested", "Outputs.Queue"]}
    parent = {
        "Orders": TABLE,
        "Nested": nested,
        "Topic": resource("SNS::Topic", Subscription=[{"Endpoint": queue}]),
    }
    child = {**reader(ref("Table")), "Jobs": resource("SQS::Queue")}
    found = graph(
        [
            StackTemplate("Shop", {"Resources": parent}),
            StackTemplate(
                child_name,
                {"Resources": child, "Outputs": {"Queue": {"Value": arn("Jobs")}}},
                {},
                file,
            ),
        ]
    )
    assert [(edge.source, edge.target, edge.label) for edge in found.edges] == [
        ("Shop.Topic", f"{child_name}.Jobs", "notifies"),
        (f"{child_name}.Handler", "Shop.Orders", "reads"),
    ]
    assert "Nested stack" not in {node.label for node in found.nodes}
    assert [frame.frame for frame in found.frames] == [None, "stack:Shop"]


def test_a_nested_stack_without_its_template_is_a_box() -> None:
    found = graph(one({"Nested": resource("CloudFormation::Stack")}))
    assert [node.label for node in found.nodes] == ["Nested stack"]


def test_stacks_and_stages_are_frames() -> None:
    stacks = [
        StackTemplate(name, {"Resources": {"Table": TABLE}})
        for name in ("Beta/Data", "Prod/Data", "Tools")
    ]
    assert graph(stacks).frames == (
        Frame("stack:Beta", "Beta", graph(stacks).frames[0].kind),
        Frame("stack:Prod", "Prod", graph(stacks).frames[0].kind),
        Frame("stack:Tools", "Tools", graph(stacks).frames[2].kind),
        Frame("stack:Beta/Data", "Data", graph(stacks).frames[2].kind, "stack:Beta"),
        Frame("stack:Prod/Data", "Data", graph(stacks).frames[2].kind, "stack:Prod"),
    )
    assert [frame.kind.value for frame in graph(stacks).frames][:3] == ["stage", "stage", "stack"]


def test_a_stage_around_everything_is_left_out() -> None:
    stacks = [
        StackTemplate(f"Beta/{name}", {"Resources": {"Table": TABLE}}) for name in ("Data", "Api")
    ]
    assert [(frame.title, frame.frame) for frame in graph(stacks).frames] == [
        ("Api", None),
        ("Data", None),
    ]


def test_a_vpc_of_another_stack() -> None:
    exported = {"Value": ref("PrivateSubnet1"), "Export": {"Name": "subnet"}}
    network = {
        "Vpc": resource("EC2::VPC"),
        "PrivateSubnet1": resource("EC2::Subnet", VpcId=ref("Vpc")),
    }
    subnets = {"SubnetIds": [{"Fn::ImportValue": "subnet"}]}
    found = graph(
        [
            StackTemplate("Network", {"Resources": network, "Outputs": {"Out": exported}}),
            StackTemplate("Api", {"Resources": dict(function("Handler", [], VpcConfig=subnets))}),
        ]
    )
    titles = [frame.title for frame in found.frames]
    assert titles == ["Api", "VPC, of Network", "Private subnet"]


def test_a_vpc_that_nothing_is_drawn_in_is_a_box() -> None:
    found = graph(one({"Vpc": resource("EC2::VPC")}))
    assert [(node.title, node.label) for node in found.nodes] == [("Vpc", "VPC")]


def test_names_come_from_construct_paths() -> None:
    paths = {
        "A1": "Shop/Orders/Table/Resource",
        "B1": "Shop/Web/Handler/Function/Resource",
        "C1": "Shop/Left/Jobs/Resource",
        "D1": "Shop/Right/Jobs/Resource",
    }
    types = {"A1": "DynamoDB::Table", "B1": "Lambda::Function"}
    resources = {
        id: {**resource(types.get(id, "SQS::Queue")), "Metadata": {"aws:cdk:path": path}}
        for id, path in paths.items()
    }
    resources["Named8F3A2B1C"] = resource("S3::Bucket")
    found = graph([StackTemplate("Shop", {"Resources": resources})])
    assert [node.title for node in found.nodes] == [
        "Orders",
        "Web",
        "Left / Jobs",
        "Right / Jobs",
        "Named",
    ]


def test_two_stacks_of_a_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two templates have the name 'Shop'"):
        graph([StackTemplate("Shop", {}), StackTemplate("Shop", {})])


def test_a_template_that_contains_itself_is_refused() -> None:
    circle: Json = {}
    circle["Resources"] = circle
    with pytest.raises(ValueError, match="more than 100 levels"):
        graph([StackTemplate("", circle)])


@pytest.mark.parametrize(
    "described",
    [
        {"A": {"Type": "AWS::S3::Bucket", "Properties": None}},
        {"A": {"Type": 5}, "B": None, "C": []},
        {
            "A": resource(
                "CloudFront::Distribution", DistributionConfig={"Origins": "x", "Aliases": 7}
            )
        },
        {"A": resource("Lambda::Function", Role={"Fn::GetAtt": []}, VpcConfig={"Fn::Sub": [1]})},
        {
            "A": resource(
                "IAM::Policy", Roles="x", PolicyDocument={"Statement": ["x", {"Effect": 1}]}
            )
        },
        {"A": resource("EC2::Subnet", VpcId=ref("A"), Tags="x"), "B": resource("EC2::VPC")},
        {"A": {"Type": "AWS"}, "B": {"Type": "Custom::"}, "C": {"Type": "::"}},
        {
            "A": resource(
                "S3::Bucket", BucketName={"Ref": ["x"]}, X={"Fn::ImportValue": {"Ref": "A"}}
            )
        },
    ],
)
def test_odd_templates_are_drawn_all_the_same(described: Json) -> None:
    assert graph(one(described)).resources <= 3


def test_an_empty_application() -> None:
    found = graph([StackTemplate("Empty", {})])
    assert (found.nodes, found.edges, found.title) == ((), (), "Empty")
    assert graph([]).title == "Application"


def test_cdk_plumbing_is_never_a_box() -> None:
    resources = {
        **dict(function("Provider", [allow("Files", "s3:DeleteObject")])),
        "Files": resource("S3::Bucket"),
        "Empty": {
            "Type": "Custom::S3AutoDeleteObjects",
            "Properties": {"ServiceToken": arn("Provider"), "BucketName": ref("Files")},
        },
        "CDKMetadata": resource("CDK::Metadata"),
    }
    found = graph(one(resources))
    assert [node.title for node in found.nodes] == ["Files"]
    assert found.edges == ()
