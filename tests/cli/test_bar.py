"""Progress bars on a terminal, and nothing elsewhere."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.operations.invalidation.cloudfront_double import CloudFront, served

CODE = (
    "from serverless_stack.cli.main import application; "
    "application()(['invalidate', 'E1', 'E2', '--path', '/a', *__import__('sys').argv[1:]])"
)


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    with served(CloudFront({"E1": [], "E2": []})) as url:
        yield {
            **os.environ,
            "AWS_ENDPOINT_URL_CLOUDFRONT": url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "TERM": "xterm",
            "COLUMNS": "100",
        }


def run(environment: dict[str, str], *arguments: str, terminal: bool) -> tuple[str, str]:
    """Run the command, and return its standard output and standard error."""
    ours, theirs = os.openpty() if terminal else os.pipe()
    with subprocess.Popen(
        [sys.executable, "-c", CODE, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    ) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                block = os.read(ours, 4096)
            except OSError:  # how a terminal ends
                break
            if not block:
                break
            said += block
        os.close(ours)
        assert process.stdout is not None
        output = process.stdout.read()
    assert process.returncode == 0, said
    return output, said.decode()


@pytest.mark.parametrize(("arguments", "phase"), [((), "sending"), (("--wait",), "waiting")])
def test_a_bar_on_a_terminal(
    environment: dict[str, str], arguments: tuple[str, ...], phase: str
) -> None:
    output, said = run(environment, *arguments, terminal=True)
    assert phase in said
    assert "2/2" in said
    assert said.rstrip().endswith("\x1b[2K")  # the line was erased in the end
    assert phase not in output


@pytest.mark.parametrize("arguments", [(), ("--wait",), ("--json",)])
def test_no_bar_without_a_terminal(environment: dict[str, str], arguments: tuple[str, ...]) -> None:
    _output, said = run(environment, *arguments, terminal=False)
    assert said == ""
