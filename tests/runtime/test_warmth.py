"""Pings are answered before the function's own code, and nothing else is."""

import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from serverless_stack._shared import contract
from serverless_stack.runtime import warmth

TOKEN = "arn:aws:cloudformation:us-east-1:111111111111:stack/Shop/9f0c"
PING = {contract.PING_KEY: TOKEN, contract.PING_HOLD_KEY: 0}
Load = Callable[[str, str], ModuleType]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Import the wrapper as Lambda does, with a module of the user."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def load_wrapper(entry: str, source: str) -> ModuleType:
        module = tmp_path / f"{entry.rpartition('.')[0].replace('.', '/')}.py"
        module.parent.mkdir(parents=True, exist_ok=True)
        module.write_text(source)
        monkeypatch.setenv(contract.USER_HANDLER, entry)
        monkeypatch.setenv(contract.PING_TOKEN, TOKEN)
        monkeypatch.delitem(sys.modules, warmth.__name__)
        return importlib.import_module(warmth.__name__)

    yield load_wrapper
    for name in [name for name in sys.modules if name.startswith("user_code")]:
        del sys.modules[name]


SOURCE = """
calls = []

def handler(event, context):
    calls.append((event, context))
    if event == "fail":
        raise KeyError("order")
    return {"statusCode": 200}
"""


def test_a_ping_is_never_seen_by_the_user(load: Load) -> None:
    wrapper = load("user_code.orders.handler", SOURCE)
    assert wrapper.handler(dict(PING), object()) is None
    assert sys.modules["user_code.orders"].calls == []


def test_everything_else_is_passed_on_as_it_is(load: Load) -> None:
    wrapper = load("user_code.handler", SOURCE)
    event, context = {"body": "x"}, object()
    assert wrapper.handler(event, context) == {"statusCode": 200}
    ((seen, seen_context),) = sys.modules["user_code"].calls
    assert seen is event
    assert seen_context is context
    with pytest.raises(KeyError, match="order"):
        wrapper.handler("fail", context)


def test_slashes_name_packages_as_lambda_has_them(load: Load) -> None:
    load("user_code.orders.handler", SOURCE)
    wrapper = load("user_code/orders.handler", SOURCE)
    assert wrapper.handler({}, None) == {"statusCode": 200}


FORGED: dict[str, Any] = {
    "a body": {"httpMethod": "POST", "path": "/", "body": json.dumps(PING)},
    "a parsed body": {"httpMethod": "POST", "path": "/", "body": PING},
    "more keys": {**PING, "httpMethod": "GET"},
    "another token": {**PING, contract.PING_KEY: "x"},
    "no token": {**PING, contract.PING_KEY: ""},
    "no hold": {contract.PING_KEY: TOKEN},
    "a wrong hold": {**PING, contract.PING_HOLD_KEY: "9"},
    "a long time": {**PING, contract.PING_HOLD_KEY: -1},
    "a record": {"Records": [PING]},
    "a list": [PING],
    "a token alone": TOKEN,
    "nothing": None,
}


@pytest.mark.parametrize("case", FORGED)
def test_what_only_looks_like_a_ping_reaches_the_user(load: Load, case: str) -> None:
    wrapper = load("user_code.handler", SOURCE)
    assert wrapper.handler(FORGED[case], None) == {"statusCode": 200}


def test_without_a_token_there_are_no_pings() -> None:
    handler = warmth.answer_pings(lambda event, context: "user", "")
    assert handler({**PING, contract.PING_KEY: ""}, None) == "user"


def test_a_ping_holds_its_environment_for_a_second_at_most(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    wrapper = load("user_code.handler", SOURCE)
    monkeypatch.setattr(time, "sleep", slept.append)
    wrapper.handler({**PING, contract.PING_HOLD_KEY: 200}, None)
    wrapper.handler({**PING, contract.PING_HOLD_KEY: 10**9}, None)
    assert slept == [0.2, 1.0]


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import no_such_module", ModuleNotFoundError),
        ("def handler(:", SyntaxError),
        ("raise RuntimeError('no table')", RuntimeError),
    ],
)
def test_an_error_of_the_users_module_is_one_of_the_import(
    load: Load, source: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        load("user_code.handler", source)


def test_a_missing_function_is_missing_here_as_well(load: Load) -> None:
    """Lambda then says that the handler is missing, as it does without a wrapper."""
    assert not hasattr(load("user_code.handler", "def other(): ..."), "handler")


def test_decorated_handlers_are_called_as_they_are(load: Load) -> None:
    source = """
import functools

def traced(function):
    @functools.wraps(function)
    def decorated(event, context, **options):
        return {**function(event, context), "traced": True}
    return decorated

@traced
def handler(event, context):
    return {"name": context}
"""
    wrapper = load("user_code.handler", source)
    assert wrapper.handler({}, "context") == {"name": "context", "traced": True}
