"""One function per event, composed of snippets."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import assertions
from aws_cdk import aws_cloudfront as cloudfront

from serverless_stack.constructs.cdn.functions.composition import (
    Composition,
    composition_problems,
    generated_code,
    minified,
)
from serverless_stack.constructs.cdn.functions.snippet import Snippet, Stage

NOTHING = "function handler(event) {\n  // nothing\n  return event.request;\n}\n"


def snippet(name: str, stage: Stage = Stage.REWRITE, source: str = NOTHING) -> Snippet:
    return Snippet(name=name, source=source, stage=stage)


def test_order_is_that_of_the_stages() -> None:
    last = snippet("last", Stage.HEADERS, "function handler(event) { return 'headers' }")
    first = snippet("first", Stage.AUTH, "function handler(event) { return 'auth' }")
    code = generated_code([last, first])
    assert code.index("'auth'") < code.index("'headers'")


def test_comments_and_indentation_are_removed() -> None:
    source = "/* a\n b */\n\n// c\nvar url = 'https://x'; // kept\n\n    var b = 1;\n"
    assert minified(source) == "var url = 'https://x'; // kept\nvar b = 1;"
    assert minified("var text = `\n  // kept\n`;\n") == "var text = `\n  // kept\n`;"


def test_code_between_comments_and_in_texts_is_kept() -> None:
    source = "/* a */ var a = 1;\nvar b = 2;\n/* c **/\nvar d = 3;\n  /* e\n f */\n"
    assert minified(source) == "/* a */ var a = 1;\nvar b = 2;\nvar d = 3;"
    text = "var a = 'x\\\n  // kept';"
    assert minified(text) == text


def test_a_module_is_imported_once() -> None:
    one = "import crypto from 'crypto';\nfunction handler(event) {}\n"
    other = 'import  crypto from "crypto" ;\nfunction handler(event) {}\n'
    assert (
        generated_code([snippet("a", source=one), snippet("b", source=other)]).count("import") == 1
    )


def test_functions_are_async_only_if_a_handler_is() -> None:
    waiting = "import cf from 'cloudfront';\nasync function handler(event) {}\n"
    assert "async function handler(event){" not in generated_code([snippet("a")])
    code = generated_code(
        [snippet("a"), snippet("b", source=waiting), snippet("c", source=waiting)]
    )
    assert code.startswith("import cf from 'cloudfront';\nvar handler0=(function(){")
    assert code.count("import cf") == 1
    assert "async function handler1() {}\nasync function handler2() {}\n" in code.replace(
        "event", ""
    )
    assert "\nr=handler0(event,{});" in code
    assert "\nr=await handler1(event,{});" in code


def test_asynchronous_functions_share_a_scope() -> None:
    one = "const key = 'a';\nasync function handler(event) {}\n"
    (message,) = composition_problems(
        [snippet("a", source=one), snippet("b", source=one)], "default"
    )
    assert message == (
        "`default` must have asynchronous functions without common names, got: key in a and b; "
        "rename it in one of them"
    )


def test_too_large_names_the_sizes() -> None:
    table = Snippet(
        name="redirects", source=NOTHING, stage=Stage.REDIRECTS, parameters={"a": "x" * 11_000}
    )
    (message,) = composition_problems([snippet("spa"), table], "behaviors['/a']")
    assert message.startswith("`behaviors['/a']` must have at most 10,240 bytes of JavaScript")
    assert "redirects (11," in message
    assert "spa (" in message
    assert composition_problems([snippet("spa")], "default") == []


def test_behaviors_share_equal_functions_of_unique_names() -> None:
    stack = cdk.Stack(cdk.App(), "Shop")
    composition = Composition(stack)
    response = Snippet(name="r", source=NOTHING, stage=Stage.HEADERS, event="viewer-response")
    one = composition.associations("*", [snippet("a")])
    two = composition.associations("/b/*", [snippet("a"), response])
    three = composition.associations("/c/*", [snippet("a", source=NOTHING.replace("n", "m"))])
    assert composition.associations("/d/*", []) == []
    assert one[0].function.node.addr == two[0].function.node.addr
    assert [item.event_type for item in two] == [
        cloudfront.FunctionEventType.VIEWER_REQUEST,
        cloudfront.FunctionEventType.VIEWER_RESPONSE,
    ]
    assert len(three) == 1
    functions = assertions.Template.from_stack(stack).find_resources("AWS::CloudFront::Function")
    assert len(functions) == 3
    starts = set()
    for function in functions.values():
        start, suffix = function["Properties"]["Name"]["Fn::Join"][1]
        assert len(start) + 36 <= 64
        assert suffix == {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}
        starts.add(start)
    assert len(starts) == 3


def test_files_of_users(tmp_path: Path) -> None:
    file = tmp_path / "mine.js"
    file.write_text(NOTHING)
    mine = Snippet.file(file, stage=Stage.HEADERS, parameters={"a": [1, None]})
    assert (mine.name, mine.stage, mine.parameters) == ("mine.js", Stage.HEADERS, {"a": [1, None]})
    file.write_text("export default 1;")
    with pytest.raises(ValueError, match="defines `function handler\\(event\\)`") as error:
        Snippet.file(file)
    assert "without `export`" in str(error.value)
    with pytest.raises(ValueError, match=r"`path` must be a file, got: 'nowhere\.js'"):
        Snippet.file("nowhere.js")
    file.write_text(NOTHING)
    with pytest.raises(ValueError, match="`parameters` must be what JSON can say"):
        Snippet.file(file, parameters={"a": object()})
