"""What README and docs show is what the files hold, and the files run."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def code_of(path: str) -> str:
    """A file without its docstring."""
    return (ROOT / path).read_text("utf-8").split('"""\n\n', 1)[1]


FILES = ["app.py", "examples/without_caches.py", "examples/web_app.py", "examples/in_your_stack.py"]


@pytest.mark.parametrize("path", FILES)
def test_the_readme_shows_the_file(path: str) -> None:
    assert f"```python\n{code_of(path)}```" in README


def test_every_python_block_of_the_readme_is_a_file() -> None:
    shown = re.findall(r"```python\n(.*?)```", README, re.DOTALL)

    assert sorted(shown) == sorted(map(code_of, FILES))


def test_every_make_command_in_the_readme_is_a_target() -> None:
    named = set(re.findall(r"\bmake ([a-z]+)", README))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    assert {"demo", "test"} <= named
    assert named <= targets


def test_everything_that_make_installs_is_compared_with_a_hash() -> None:
    """The installer as well: it is there before anything can be verified."""
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("\\\n", " ")
    installs = [line for line in makefile.splitlines() if re.search(r"\bpip install\b", line)]

    assert len(installs) == 4
    for line in installs:
        assert "--require-hashes" in line or "--no-deps --no-build-isolation --editable ." in line


def test_no_text_asks_an_index_for_a_package_of_this_name() -> None:
    """The library is on no index: a package of that name there is a stranger's."""
    folders = ("serverless_stack", "examples", "docs", "changelog.d", ".ci")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    by_name = re.compile(
        r"(?<![\w/.])serverless-stack\[[^]]*\](?! @ )|pip install '?serverless-stack"
    )
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *paths):
        if (
            path.suffix in (".py", ".md", ".txt", ".yml", ".js", ".sh", "")
            and "_build" not in path.parts
        ):
            assert by_name.findall(path.read_text("utf-8")) == [], path


EXAMPLES = [
    ("examples/nested_stacks.py", "Shop", '"AWS::CloudFormation::Stack"'),
    ("examples/in_your_stack.py", "Orders", '"REDIS_PRIMARY_ENDPOINT"'),
    ("examples/web_app.py", "Orders", '"ARCHIVE_NAME"'),
    ("examples/without_caches.py", "Shop", '"AWS::CloudFront::Distribution"'),
]


@pytest.mark.server
@pytest.mark.parametrize(("path", "stack", "expected"), EXAMPLES, ids=[e[0] for e in EXAMPLES])
def test_an_example_synthesizes(tmp_path: Path, path: str, stack: str, expected: str) -> None:
    # Nothing is packaged: CDK bundles only the stacks that this context lists.
    environment = {
        **os.environ,
        "CDK_OUTDIR": str(tmp_path),
        "CDK_CONTEXT_JSON": json.dumps({"aws:cdk:bundling-stacks": []}),
    }
    subprocess.run([sys.executable, path], cwd=ROOT, env=environment, check=True)

    assert expected in (tmp_path / f"{stack}.template.json").read_text("utf-8")
