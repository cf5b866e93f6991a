"""What users import, and how it reads."""

import inspect
import re
import subprocess
import sys
import typing
from collections.abc import Callable
from types import ModuleType

import aws_cdk as cdk
import pytest
import typing_extensions
from constructs import Construct

from serverless_stack import constructs, testing
from serverless_stack.constructs.app.application import Application
from serverless_stack.constructs.cache.base import CacheBase
from serverless_stack.constructs.function.connections.connections import Connections
from serverless_stack.constructs.function.triggers.sourced import SourceTriggers
from serverless_stack.constructs.function.triggers.triggers import Triggers
from serverless_stack.constructs.storage.connections import BucketConnections
from serverless_stack.operations import advice

NAMES = [
    "ApiAlarms",
    "CacheAlarms",
    "CacheDashboard",
    "Cdn",
    "ContentDeployment",
    "Dashboard",
    "GlobalDatastore",
    "Invalidation",
    "LambdaHandler",
    "MemcachedCache",
    "ProxyApi",
    "RedisCache",
    "RedisUser",
    "ServerlessCache",
    "ServerlessStack",
    "Signing",
    "StorageBucket",
    "WebApp",
]
RULES = ["CacheRule", "IMMUTABLE", "REVALIDATE"]  # how content is cached
# Value objects that constructs take, and what `from_attributes` of a cache returns.
VALUES = [
    "Access",
    "ApiCache",
    "ArchiveTiers",
    "Auth",
    "Autoscale",
    "Backup",
    "Behavior",
    "BucketCors",
    "Cache",
    "Canary",
    "Capacity",
    "CdnAlarms",
    "CdnDomain",
    "CdnLog",
    "Cors",
    "Countries",
    "Domain",
    "Durability",
    "EdgeAuth",
    "EdgeFunction",
    "ErrorPage",
    "FieldEncryption",
    "FunctionUrl",
    "HttpProxy",
    "ImportedCache",
    "Inventory",
    "Lifecycle",
    "Logs",
    "Maintenance",
    "Mock",
    "NetworkType",
    "ObjectLock",
    "Origin",
    "Profile",
    "Redirect",
    "RedisAuth",
    "RedisEngine",
    "RedisTopology",
    "Release",
    "Replication",
    "RequestMetrics",
    "Route",
    "RouteCache",
    "S3Objects",
    "SecurityHeaders",
    "SendMessage",
    "ServerlessEngine",
    "Site",
    "Snippet",
    "Throttle",
    "Tls",
    "UsagePlan",
    "Waf",
    "Warmth",
]
CLASSES = [getattr(constructs, name) for name in NAMES]
APPLICATIONS = ("ServerlessStack", "WebApp")
CACHES = ("MemcachedCache", "RedisCache", "ServerlessCache")

TESTING = [
    "NewStack",
    "ScrubError",
    "Scrubbed",
    "StackFactory",
    "Synth",
    "TemplateSnapshot",
    "assert_compliant",
    "assert_deployable",
    "assert_least_privilege",
    "assert_no_replacement",
    "assert_stateful_unchanged",
    "review",
    "scrub",
    "template_of",
]
ADVICE = [
    "Advice",
    "Alternative",
    "Conflict",
    "Fact",
    "Fit",
    "NEEDS",
    "Need",
    "OPTIONS",
    "Option",
    "advise",
    "fact",
]
TESTING_FUNCTIONS = [name for name in TESTING if name[0].islower() and name != "review"]


def own_members(kind: type) -> dict[str, Callable[..., object]]:
    """The public methods and properties of a class, without those that its base documents."""
    members = {
        name: value.fget if isinstance(value, property) else value
        for name, value in vars(kind).items()
        if not name.startswith("_") and (kind is CacheBase or name not in vars(CacheBase))
    }
    return {name: value for name, value in members.items() if inspect.isfunction(value)}


CALLABLES = [
    pytest.param(function, id=f"{kind.__name__}.{name}")
    for kind in CLASSES
    for name, function in {"__init__": vars(kind)["__init__"], **own_members(kind)}.items()
] + [
    pytest.param(function, id=f"{kind.__name__}.{name}")
    for kind in (Application, CacheBase)
    for name, function in own_members(kind).items()
]


def documented(function: Callable[..., object]) -> str:
    """The docstring of a function; that of ``__init__`` is that of its class."""
    kind, _, name = function.__qualname__.partition(".")
    text = getattr(constructs, kind).__doc__ if name == "__init__" else function.__doc__
    return inspect.cleandoc(text or "")


def arguments_section(text: str) -> list[str]:
    """The names in the ``Args`` section, in their order."""
    section = re.search(r"^Args:\n((?:    .*\n|\n)*)", text + "\n", re.MULTILINE)
    return re.findall(r"^    (\w+):", section.group(1), re.MULTILINE) if section else []


def test_these_names_are_public() -> None:
    assert sorted(constructs.__all__) == sorted(NAMES + RULES + VALUES)
    assert sorted(dir(constructs)) == sorted(NAMES + RULES + VALUES)
    assert [name for name in RULES + VALUES if not hasattr(constructs, name)] == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Queue'"):
        constructs.Queue  # noqa: B018


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("serverless_stack", ["aws_cdk", "jsii", "boto3", "serverless_stack.constructs"]),
        ("serverless_stack.constructs", ["aws_cdk", "jsii"]),
        ("serverless_stack.checks.services.s3", ["aws_cdk", "jsii"]),
        ("serverless_stack.testing", ["aws_cdk", "jsii", "cfnlint", "syrupy", "pytest", "yaml"]),
        (
            "serverless_stack.testing.plugin",
            ["aws_cdk", "jsii", "cfnlint", "cdk_nag", "boto3", "yaml"],
        ),
        ("serverless_stack.testing.review", ["aws_cdk", "jsii", "cfnlint", "boto3"]),
        ("serverless_stack.runtime", ["aws_cdk", "jsii", "boto3", "redis", "pymemcache"]),
        ("serverless_stack.operations.advice", ["aws_cdk", "jsii", "boto3", "rich", "typer"]),
    ],
)
def test_importing_loads_no_more_than_needed(module: str, absent: list[str]) -> None:
    code = f"import sys, {module}; print(sorted(set({absent}) & set(sys.modules)))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert loaded.strip() == "[]"


@pytest.mark.parametrize("kind", CLASSES)
def test_constructs_inherit_from_construct_stack_or_one_shared_base(kind: type) -> None:
    expected: tuple[type, ...] = (Construct,)
    if kind.__name__ in CACHES:
        expected = (CacheBase,)
    elif kind.__name__ in APPLICATIONS:
        expected = (Application, cdk.Stack if kind.__name__ == "ServerlessStack" else Construct)
    elif kind.__name__ == "LambdaHandler":
        expected = (Triggers, Connections, Construct)  # what the one class would be too long with
    elif kind.__name__ == "StorageBucket":
        expected = (BucketConnections, Construct)
    assert kind.__bases__ == expected
    assert BucketConnections.__bases__ == (object,)
    assert (Triggers.__bases__, Connections.__bases__) == ((SourceTriggers,), (object,))
    assert (CacheBase.__bases__, Application.__bases__) == ((Construct,), (object,))


@pytest.mark.parametrize("kind", CLASSES)
def test_settings_are_keyword_only(kind: type) -> None:
    _, scope, construct_id, *settings = inspect.signature(
        vars(kind)["__init__"]
    ).parameters.values()
    assert (scope.name, construct_id.name) == ("scope", "construct_id")
    if kind is constructs.Dashboard:  # of any number of parts
        assert settings.pop(0).kind is inspect.Parameter.VAR_POSITIONAL
    assert {setting.kind for setting in settings} == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("function", CALLABLES)
def test_signatures_have_types(function: Callable[..., object]) -> None:
    signature = inspect.signature(function)
    hints = typing.get_type_hints(function)
    assert "return" in hints
    for name, parameter in list(signature.parameters.items())[1:]:
        if parameter.kind is parameter.VAR_POSITIONAL:
            assert function is vars(constructs.Dashboard)["__init__"]
        if parameter.kind is parameter.VAR_KEYWORD:
            assert typing_extensions.get_origin(hints[name]) is typing_extensions.Unpack
        assert "Any" not in str(hints[name])


@pytest.mark.parametrize("function", CALLABLES)
def test_docstrings_describe_every_argument(function: Callable[..., object]) -> None:
    text = documented(function)
    assert text.splitlines()[0].endswith(".")
    assert arguments_section(text) == list(inspect.signature(function).parameters)[1:]


@pytest.mark.parametrize("kind", [k for k in CLASSES if k.__name__ not in APPLICATIONS])
def test_docstrings_describe_every_attribute(kind: type) -> None:
    source = inspect.getsource(vars(kind)["__init__"])
    created = set(re.findall(r"^\s+self\.([a-z]\w*)(?::[^=]+)? = ", source, re.MULTILINE))
    section = re.search(
        r"^Attributes:\n((?:    .*\n|\n)*)", inspect.cleandoc(kind.__doc__ or "") + "\n", re.M
    )
    assert section is not None
    described = set(re.findall(r"^    (\w+):", section.group(1), re.MULTILINE))
    of_the_base = set(vars(CacheBase)["__annotations__"]) if issubclass(kind, CacheBase) else set()
    assert created - described - of_the_base == set()


def test_these_names_of_testing_are_public() -> None:
    assert sorted(testing.__all__) == TESTING
    assert sorted(dir(testing)) == TESTING
    assert [name for name in TESTING if not hasattr(testing, name)] == []
    with pytest.raises(AttributeError, match="has no attribute 'Queue'"):
        testing.Queue  # noqa: B018


def test_the_review_is_a_package_with_a_function() -> None:
    assert inspect.ismodule(testing.review)
    assert testing.review.review({"Resources": {}}, {"Resources": {}}).changes == ()


def test_these_names_of_advice_are_public() -> None:
    assert sorted(advice.__all__) == ADVICE
    assert [name for name in ADVICE if not hasattr(advice, name)] == []


def test_the_needs_that_can_be_stated() -> None:
    """Scripts name them: one that is renamed breaks them."""
    assert {need.name for need in advice.NEEDS} == {
        "control",
        "data-types",
        "encryption",
        "multi-threading",
        "persistence",
        "pub-sub",
        "replication",
        "scale",
        "simplicity",
        "unpredictable-traffic",
    }


FUNCTIONS = [
    *((testing, name) for name in TESTING_FUNCTIONS),
    (advice, "advise"),
    (advice, "fact"),
]


@pytest.mark.parametrize(("module", "name"), FUNCTIONS)
def test_functions_have_types_and_docstrings(module: ModuleType, name: str) -> None:
    function = getattr(module, name)
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    for parameter in signature.parameters.values():
        assert parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
        assert parameter.annotation is not inspect.Parameter.empty
        assert "Any" not in str(parameter.annotation)
    text = inspect.getdoc(function) or ""
    assert text.splitlines()[0].endswith(".")
    assert arguments_section(text) == list(signature.parameters)
