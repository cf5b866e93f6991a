"""What Python knows of the tree of constructs is what CDK answers."""

import ast
from collections.abc import Iterator
from pathlib import Path

import aws_cdk as cdk
import pytest
from constructs import Construct, IConstruct

import serverless_stack.constructs
from serverless_stack.constructs import (
    Cdn,
    LambdaHandler,
    ProxyApi,
    RedisCache,
    Release,
    StorageBucket,
    UsagePlan,
    WebApp,
)
from serverless_stack.constructs._internal.durations import milliseconds_of, seconds_of
from serverless_stack.constructs._internal.once import once_per_object
from serverless_stack.constructs._internal.tree import (
    create_scope,
    node_of,
    path_of,
    region_of,
    scope_of,
    stack_of,
    stage_of,
)
from tests.constructs.templates import new_app

SOURCES = sorted(Path(serverless_stack.constructs.__path__[0]).rglob("*.py"))


def test_what_python_knows_of_the_tree_is_what_cdk_answers(code: Path) -> None:
    app = new_app()
    stage = cdk.Stage(app, "Beta", env=cdk.Environment(account="1" * 12, region="eu-west-1"))
    stack = cdk.Stack(stage, "Shop")
    nested = cdk.NestedStack(stack, "Nested")
    web = WebApp(stack, "App", function={"code": code}, redis=True, memcached=True)
    web.add_function("More", code=code)
    plans = [UsagePlan(rate=10, burst=20)]
    handler = LambdaHandler(nested, "Function", code=code)
    ProxyApi(nested, "Api", handler=handler, usage_plans=plans).add_api_key("Key")
    StorageBucket(Construct(stack, "Group"), "a/b")
    known = [app, *app.node.find_all()]
    assert len(known) > 100
    for construct in known:
        assert path_of(construct) == construct.node.path
        assert _path_or_none(scope_of(construct)) == _path_or_none(construct.node.scope)
        assert stage_of(construct) is cdk.Stage.of(construct)
        if construct not in (app, stage):
            assert stack_of(construct) is cdk.Stack.of(construct)
            assert region_of(construct) == cdk.Stack.of(construct).region
    assert path_of(web.function) == "Beta/Shop/App/Function"
    assert region_of(web.bucket) == "eu-west-1"


def _path_or_none(construct: IConstruct | None) -> str | None:
    return None if construct is None else construct.node.path


def test_a_scope_that_groups_others_has_the_path_of_its_parent_and_its_id(stack: cdk.Stack) -> None:
    home = create_scope(stack, "Home")
    assert path_of(home) == home.node.path == "Test/Home"
    assert node_of(home) is node_of(home)
    cache = RedisCache(home, "Redis")
    assert path_of(cache) == cache.node.path == "Test/Home/Redis"


def test_a_construct_of_the_users_own_class_may_have_another_id(stack: cdk.Stack) -> None:
    class Files(StorageBucket):
        def __init__(self, scope: Construct, construct_id: str) -> None:
            super().__init__(scope, f"Files{construct_id}")

    files = Files(stack, "Own")
    assert path_of(files) == files.node.path == "Test/FilesOwn"


def _checked_constructors() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                for item in node.body:
                    if (
                        isinstance(item, ast.FunctionDef)
                        and item.name == "__init__"
                        and any(ast.unparse(name) == "check_types" for name in item.decorator_list)
                        and {"scope: Construct", "construct_id: str"} <= _arguments(item)
                    ):
                        yield f"{path.name}: {node.name}", item


def _arguments(function: ast.FunctionDef) -> set[str]:
    return {ast.unparse(argument) for argument in function.args.args}


@pytest.mark.parametrize(
    "constructor", [pytest.param(item, id=name) for name, item in _checked_constructors()]
)
def test_checked_constructors_create_what_they_are_called_with(
    constructor: ast.FunctionDef,
) -> None:
    calls = [
        [ast.unparse(argument) for argument in node.args[:2]]
        for node in ast.walk(constructor)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "super().__init__"
    ]
    assert calls == [["scope", "construct_id"]]


def test_an_answer_is_kept_for_its_object_only() -> None:
    class Thing:
        pass

    asked: list[Thing] = []

    @once_per_object
    def number(thing: Thing) -> int:
        asked.append(thing)
        return len(asked)

    first, second = Thing(), Thing()
    assert [number(first), number(second), number(first)] == [1, 2, 1]
    assert asked == [first, second]


@pytest.mark.parametrize(
    ("duration", "milliseconds", "seconds"),
    [
        (cdk.Duration.days(3), 259_200_000, 259_200),
        (cdk.Duration.millis(1500), 1500, 1.5),
        (cdk.Duration.seconds(0.0005), 0.5, 0.0005),
        (cdk.Duration.millis(cdk.Token.as_number({"Ref": "Wait"})), None, None),
        (cdk.Duration.minutes(cdk.Token.as_number({"Ref": "Wait"})), None, None),
    ],
)
def test_a_duration_has_a_number_unless_it_is_known_at_deployment_only(
    duration: cdk.Duration, milliseconds: float | None, seconds: float | None
) -> None:
    assert (milliseconds_of(duration), seconds_of(duration)) == (milliseconds, seconds)


class Alike(LambdaHandler):
    """A class of a user, all objects of which are equal."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Alike)

    def __hash__(self) -> int:
        return 1


class Unhashable(StorageBucket):
    """A class of a user with a comparison, but without a hash."""

    def __eq__(self, other: object) -> bool:
        return self is other


def test_constructs_that_are_equal_are_not_the_same(stack: cdk.Stack, code: Path) -> None:
    release = Release.all_at_once()
    paths, groups = [], []
    for name in ("One", "Two"):
        handler = Alike(cdk.NestedStack(stack, name), "Handler", code=code, release=release)
        paths.append(path_of(handler))
        groups.append(path_of(stack_of(handler)))
    assert paths == ["Test/One/Handler", "Test/Two/Handler"]
    assert groups == ["Test/One", "Test/Two"]


def test_constructs_may_be_without_a_hash(stack: cdk.Stack) -> None:
    bucket = Unhashable(stack, "Bucket")
    assert path_of(bucket) == "Test/Bucket"
    Cdn(stack, "Cdn", bucket=bucket)
