"""The shop: 56 resources as a person would draw them."""

from serverless_stack.diagrams import Graph, graph
from tests.diagrams import apps


def drawn(graph: Graph) -> dict[str, str]:
    names = {node.id: f"{node.title} ({node.label})" for node in graph.nodes}
    return {
        f"{names[edge.source]} -> {names[edge.target]}": f"{edge.kind.value}: {edge.label}"
        for edge in graph.edges
    }


def test_the_boxes() -> None:
    found = graph(apps.shop())
    assert found.resources == 55
    assert sorted((node.title, node.label, node.data) for node in found.nodes) == [
        ("AccessLogs", "S3 bucket", "retained"),
        ("Api", "REST API", ""),
        ("Bucket", "S3 bucket", "retained"),
        ("Cdn", "CloudFront distribution", ""),
        ("Content", "Content deployment", ""),
        ("DeadLetters", "SQS queue", "retained"),
        ("Function", "Lambda function", ""),
        ("Memcached", "ElastiCache Memcached", ""),
        ("Redis", "ElastiCache Redis", "snapshot"),
        ("Redis", "Secret", "not retained"),
        ("Viewers", "Internet", ""),
    ]


def test_the_connections() -> None:
    assert drawn(graph(apps.shop())) == {
        "Viewers (Internet) -> Cdn (CloudFront distribution)": "request: ",
        "Cdn (CloudFront distribution) -> Api (REST API)": "request: /api/*",
        "Cdn (CloudFront distribution) -> Bucket (S3 bucket)": "request: /*",
        "Cdn (CloudFront distribution) -> AccessLogs (S3 bucket)": "access: logs",
        "Bucket (S3 bucket) -> AccessLogs (S3 bucket)": "trigger: logs",
        "Api (REST API) -> Function (Lambda function)": "request: ANY /*",
        "Function (Lambda function) -> Redis (ElastiCache Redis)": "access: port 6379",
        "Function (Lambda function) -> Memcached (ElastiCache Memcached)": "access: port 11211",
        "Function (Lambda function) -> Redis (Secret)": "access: reads",
        "Function (Lambda function) -> Bucket (S3 bucket)": "access: reads and writes",
        "Function (Lambda function) -> DeadLetters (SQS queue)": "trigger: dead letters",
        "Redis (ElastiCache Redis) -> Redis (Secret)": "reference: secret",
        "Content (Content deployment) -> Bucket (S3 bucket)": "access: reads and writes",
        "Content (Content deployment) -> Cdn (CloudFront distribution)": "access: invalidates",
    }


def test_what_is_in_the_network_is_in_its_frames() -> None:
    found = graph(apps.shop())
    frames = {frame.id: frame for frame in found.frames}
    inside = {node.title: frames[node.frame] for node in found.nodes if node.frame}
    assert sorted(inside) == ["Function", "Memcached", "Redis"]
    assert {frame.title for frame in inside.values()} == {"Isolated subnets \u00d7 2"}
    (around,) = {frame.frame for frame in inside.values()}
    assert around is not None
    assert frames[around].title == "VPC"


def test_a_box_has_what_is_folded_into_it() -> None:
    (function,) = [node for node in graph(apps.shop()).nodes if node.title == "Function"]
    first, *others = [member.type for member in function.members]
    assert first == "AWS::Lambda::Function"
    assert sorted(others) == [
        "AWS::EC2::SecurityGroup",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::Lambda::Permission",
        "AWS::Logs::LogGroup",
    ]


def test_all_details_are_drawn_on_request() -> None:
    found = graph(apps.shop(), details=True)
    labels = [node.label for node in found.nodes]
    assert labels.count("VPC endpoint") == 2
    assert labels.count("Log group") == 6
    assert len(labels) == 19


def test_the_description_is_for_those_who_do_not_see_it() -> None:
    text = graph(apps.shop()).description
    assert text.startswith("55 resources, drawn as 10 boxes with 14 connections. ")
    assert "Cdn (CloudFront distribution)" in text
