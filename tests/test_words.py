"""The words of the library: plain English, and the field's own terms.

It cannot tell good prose from bad; it keeps out what was weeded out once.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = ("serverless_stack", "benchmarks", "examples")
PROSE = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs", "serverless_stack")

# A function's docstring begins with the field's verb: Return, Raise, Create, Check, Send, Wait.
VERBS = re.compile(r"(Give|Tell|Say|Let|Take|Hold|Look(?! up)|Settle)\b")
_ARTICLE = r"\b(a|the|any|every|one)"
_ALONE = r"(?= (that|which|of|is|has|in)\b|[,.;:)])"
# Phrases that read as if translated, each with what to write instead.
PHRASES = {
    r"\bNone (takes|makes|lets|keeps|gives|leaves|means|is not known)\b": "`Default: …`",
    r"\bEmpty (takes|makes|lets|keeps|gives|leaves)\b": "`Default: …`, and None for it",
    r", got: again\b": "what was done already: `add_rotation` was already called",
    r"\bof (ours|yours|theirs) has\b": "the noun: all functions of this library",
    r"\bis no (ARN|URL|name|key|number|path|folder)\b": "`must be …, got: …`",
    r"\bstands? in no\b": "never appears in",
    r"\bin your words\b": "with a message that names your arguments",
    r"\bgoes first\b": "takes precedence",
    r"\blogs that end\b": "logs expire",
    r"\bwho may log in\b": "users, authentication",
    r"\blets? (nobody|everybody|everyone|somebody) in\b": "allow",
    r"\bby the hour and node\b": "per node and hour",
    r"\bis told of\b": "receives, is notified of",
    rf"{_ARTICLE} Redis{_ALONE}": "a Redis cache",
    rf"{_ARTICLE} Memcached{_ALONE}": "a Memcached cluster",
}
ANY_PHRASE = re.compile("|".join(PHRASES), re.IGNORECASE)


def texts_of(source: str) -> Iterator[tuple[int, str, bool]]:
    """List the strings and comments of a module: line, text, whether it documents a function."""
    tree = ast.parse(source)
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value, id(node) in documented
    after_signs = (" ".join(line.partition("#")[2].split()) for line in source.splitlines())
    if not any(map(ANY_PHRASE.search, after_signs)):
        return  # no comment can have one, so that none is looked for by the slow tokenizer
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string, False


def problems_of(line: int, text: str, documents_function: bool = False) -> Iterator[str]:
    """List what is wrong with one text."""
    flat = " ".join(text.split())
    if documents_function and (verb := VERBS.match(flat)):
        yield f"{line}: begins with {verb.group()!r}: {flat[:60]}"
    if ANY_PHRASE.search(flat):
        for pattern, better in PHRASES.items():
            if found := re.search(pattern, flat, re.IGNORECASE):
                yield f"{line}: {found.group()!r}; better: {better}"


def code() -> list[Path]:
    files = [path for part in CODE for path in sorted((ROOT / part).rglob("*.py"))]
    return [ROOT / "app.py", *files]


def pages() -> list[Path]:
    found = [ROOT / name for name in PROSE if (ROOT / name).is_file()]
    folders = [ROOT / name for name in PROSE if (ROOT / name).is_dir()]
    return found + [
        path
        for folder in folders
        for path in sorted(folder.rglob("*.md"))
        if "_build" not in path.parts
    ]


def test_code_reads_as_english() -> None:
    assert [
        f"{path.relative_to(ROOT)}:{problem}"
        for path in code()
        for text in texts_of(path.read_text("utf-8"))
        for problem in problems_of(*text)
    ] == []


def test_pages_read_as_english() -> None:
    # By paragraphs: a phrase may run over the end of a line.
    assert [
        f"{path.relative_to(ROOT)}:{problem}"
        for path in pages()
        for text in re.split(r"\n\s*\n", path.read_text("utf-8"))
        for problem in problems_of(0, text)
    ] == []


def test_comments_are_read() -> None:
    source = "\n".join(
        ["def f():", "    x = 1  # a word; the token stands in no template", "    # b"]
    )
    assert [text for _line, text, _ in texts_of(source)] == [
        "# a word; the token stands in no template",
        "# b",
    ]
    (problem,) = [problem for text in texts_of(source) for problem in problems_of(*text)]
    assert problem.startswith("2: 'stands in no'")


@pytest.mark.parametrize(
    ("text", "documents_function"),
    [
        ("Give the function behind a construct.", True),
        ("Tell whether it is there.", True),
        ("The port. None takes the profile's.", False),
        ("`add_rotation` must be called once for a secret, got: again", False),
        ("the token stands in no template", False),
        ("the password of a Redis, from Secrets Manager", False),
    ],
)
def test_what_was_weeded_out_is_found(text: str, documents_function: bool) -> None:
    assert list(problems_of(1, text, documents_function)) != []


@pytest.mark.parametrize(
    ("text", "documents_function"),
    [
        ("Return the Lambda function wrapped by `target`.", True),
        ("Default: set by the profile (production: 6379).", False),
        ("the password of a Redis cache, from Secrets Manager", False),
        ("Redis and Memcached clusters", False),
    ],
)
def test_plain_english_is_not(text: str, documents_function: bool) -> None:
    assert list(problems_of(1, text, documents_function)) == []
