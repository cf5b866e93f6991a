"""One CloudFront Function for all snippets of a behavior and event.

CloudFront runs one function per event of a behavior, of at most 10 KB ("Restrictions on CloudFront
Functions", "Quotas on CloudFront Functions"). The generated function calls the handlers one after
the other, in the order of their stages, until one of them returns a response.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence

from aws_cdk import Names
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.services.cloudfront.limits.functions import MAX_FUNCTION_BYTES
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs._internal.names import stack_uuid
from serverless_stack.constructs.cdn.functions.snippet import HANDLER, Snippet, ViewerEvent

EVENTS: dict[ViewerEvent, cloudfront.FunctionEventType] = {
    "viewer-request": cloudfront.FunctionEventType.VIEWER_REQUEST,
    "viewer-response": cloudfront.FunctionEventType.VIEWER_RESPONSE,
}
_KINDS: dict[ViewerEvent, str] = {
    "viewer-request": "ViewerRequest",
    "viewer-response": "ViewerResponse",
}
_IMPORT = re.compile(r"^\s*import\s[^;\n]*;?[ \t]*$", re.MULTILINE)
_DECLARED = re.compile(
    r"^(?:async\s+)?(?:function|var|let|const)\s+([A-Za-z_$][\w$]*)", re.MULTILINE
)
_BLOCK_COMMENT = re.compile(r"^[ \t]*/\*(?:[^*]|\*(?!/))*\*/[ \t]*$", re.MULTILINE)
_LINE_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
_BLANK = re.compile(r"\n\s*")
_WHITESPACE = re.compile(r"^[ \t]+|[ \t]+$", re.MULTILINE)


def generated_code(snippets: Sequence[Snippet]) -> str:
    """Return the code of the function of one event.

    Args:
        snippets: The snippets of the event, in any order; those of a stage keep their order.
    """
    ordered = sorted(snippets, key=lambda snippet: snippet.stage)
    subject = "request" if ordered[0].event == "viewer-request" else "response"
    end = "if(r&&r.statusCode)return r;" if subject == "request" else ""
    imports: dict[str, None] = {}
    declared: dict[str, None] = {}
    calls = []
    for place, snippet in enumerate(ordered):
        for line in _IMPORT.findall(snippet.source):
            text = " ".join(line.strip().rstrip("; \t").replace('"', "'").split())
            imports[f"{text};"] = None  # a name that is imported twice is an error
        for library in snippet.library:
            declared[minified(library)] = None
        name, body = f"handler{place}", _IMPORT.sub("", snippet.source)
        if snippet.is_async:  # the runtime has no asynchronous closures
            declared[minified(HANDLER.sub(f"async function {name}(", body))] = None
        else:
            declared[f"var {name}=(function(){{\n{minified(body)}\nreturn handler\n}})();"] = None
        wait = "await " if snippet.is_async else ""
        calls.append(
            f"r={wait}{name}(event,{_literal(snippet.parameters)});{end}if(r)event.{subject}=r;"
        )
    is_async = any(snippet.is_async for snippet in ordered)
    start = f"{'async ' if is_async else ''}function handler(event){{"
    return "\n".join(
        [*imports, *declared, start, "var r;", *calls, f"return event.{subject};", "}"]
    )


def minified(source: str) -> str:
    """Return JavaScript without lines that are comments, blank lines and indentation.

    A file with a template literal, or with a text that goes on in the next line, stays as it is,
    because its lines may be text.
    """
    if "`" in source or "\\\n" in source:
        return source.strip()
    for pattern in (_BLOCK_COMMENT, _LINE_COMMENT, _WHITESPACE):
        source = pattern.sub("", source)
    return _BLANK.sub("\n", source).strip()


def composition_problems(snippets: Sequence[Snippet], argument: str) -> list[str]:
    """List why the snippets of a behavior cannot become one function per event.

    Args:
        snippets: All snippets of the behavior.
        argument: The behavior, as the caller wrote it.
    """
    problems = []
    for event in EVENTS:
        those = [snippet for snippet in snippets if snippet.event == event]
        if not those:
            continue
        size = len(generated_code(those).encode())
        if size > MAX_FUNCTION_BYTES:
            sizes = ", ".join(
                f"{snippet.name} ({len(generated_code([snippet]).encode()):,})"
                for snippet in sorted(those, key=lambda snippet: snippet.stage)
            )
            problems.append(
                f"`{argument}` must have at most {MAX_FUNCTION_BYTES:,} bytes of JavaScript for "
                f"its {event} function, got: {size:,} bytes of {sizes}; shorten the largest"
            )
        problems += _collisions(those, argument)
        stores = {
            snippet.key_value_store.key_value_store_arn: snippet
            for snippet in those
            if snippet.key_value_store is not None
        }
        if len(stores) > 1:
            names = ", ".join(snippet.name for snippet in stores.values())
            problems.append(
                f"`{argument}` must have one key value store for its {event} function, got: "
                f"those of {names}"
            )
    return problems


def _collisions(snippets: Sequence[Snippet], argument: str) -> list[str]:
    """List the names that two asynchronous sources declare, which share a scope with libraries."""
    libraries = {library: snippet.name for snippet in snippets for library in snippet.library}
    owners: dict[str, list[str]] = {}
    for library, owner in libraries.items():
        for name in _DECLARED.findall(library):
            owners.setdefault(name, []).append(owner)
    for snippet in snippets:
        if snippet.is_async:
            for name in _DECLARED.findall(snippet.source):
                owners.setdefault(name, []).append(snippet.name)
    return [
        f"`{argument}` must have asynchronous functions without common names, got: {name} in "
        f"{' and '.join(names)}; rename it in one of them"
        for name, names in owners.items()
        if len(names) > 1 and name != "handler"
    ]


class Composition:
    """The CloudFront Functions of a distribution; behaviors with the same code share one.

    Args:
        scope: The construct of the distribution.
    """

    def __init__(self, scope: Construct) -> None:
        self._scope = scope
        self._functions: dict[tuple[str, str | None], cloudfront.Function] = {}
        self._present: dict[tuple[str, ViewerEvent], cloudfront.Function] = {}

    def associations(
        self, pattern: str, snippets: Sequence[Snippet]
    ) -> list[cloudfront.FunctionAssociation]:
        """Return the functions of a behavior; none for an event without snippets.

        Args:
            pattern: The path pattern of the behavior, ``*`` for the default one.
            snippets: All snippets of the behavior.
        """
        associations = []
        for event, event_type in EVENTS.items():
            those = [snippet for snippet in snippets if snippet.event == event]
            if those:
                function = self._function(pattern, event, those)
                associations.append(
                    cloudfront.FunctionAssociation(event_type=event_type, function=function)
                )
        return associations

    def _function(
        self, pattern: str, event: ViewerEvent, snippets: Sequence[Snippet]
    ) -> cloudfront.Function:
        code = generated_code(snippets)
        store = next((item.key_value_store for item in snippets if item.key_value_store), None)
        key = (code, store.key_value_store_arn if store else None)
        if key not in self._functions:
            construct_id = behavior_id(self._scope, _KINDS[event], pattern)
            self._functions[key] = cloudfront.Function(
                self._scope,
                construct_id,
                code=cloudfront.FunctionCode.from_inline(code),
                comment=", ".join(dict.fromkeys(item.name for item in snippets))[:128],
                function_name=unique_name(self._scope, construct_id),
                key_value_store=store,
                runtime=cloudfront.FunctionRuntime.JS_2_0,
            )
        self._present[pattern, event] = self._functions[key]
        return self._functions[key]

    def extend(
        self, pattern: str, snippets: Sequence[Snippet]
    ) -> dict[ViewerEvent, cloudfront.Function]:
        """Return the functions of a behavior that exists already by event, with other code.

        A behavior that shares a function keeps sharing it.

        Args:
            pattern: The path pattern of the behavior.
            snippets: All snippets of the behavior.
        """
        functions: dict[ViewerEvent, cloudfront.Function] = {}
        for event in EVENTS:
            those = [snippet for snippet in snippets if snippet.event == event]
            present = self._present.get((pattern, event))
            if those and present is not None:
                resource = default_child(present, cloudfront.CfnFunction)
                resource.function_code = generated_code(those)
                functions[event] = present
            elif those:
                functions[event] = self._function(pattern, event, those)
        return functions


def behavior_id(scope: Construct, kind: str, pattern: str) -> str:
    """Return a free id for what a behavior has.

    Patterns such as ``/a/b`` and ``/a-b`` would have the same one.

    Args:
        scope: The parent construct.
        kind: What it is.
        pattern: The path pattern of the behavior, ``*`` for the default one; may be a token.
    """
    text = "Token" if is_unresolved(pattern) else pattern.replace("/", "-")
    construct_id = kind if pattern == "*" else f"{kind}-{text}"
    if scope.node.try_find_child(construct_id) is None:
        return construct_id
    return f"{construct_id}-{hashlib.sha256(pattern.encode()).hexdigest()[:8]}"


def unique_name(scope: Construct, construct_id: str) -> str:
    """Return a name that is unique in the account over all regions, of at most 64 characters.

    CDK's own name of a function has the path and the region in it, and is cut in its middle.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
    """
    parent = Names.unique_resource_name(scope, max_length=18)
    digest = hashlib.sha256(construct_id.encode()).hexdigest()[:8]
    return f"{parent}-{digest}-{stack_uuid()}"


def _literal(parameters: Mapping[str, object]) -> str:
    """Return JSON that JavaScript before ES2019 reads, too."""
    text = json.dumps(dict(parameters), separators=(",", ":"), ensure_ascii=False)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
