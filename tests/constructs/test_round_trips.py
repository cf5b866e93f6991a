"""How many calls of jsii the constructs cost: each is a message to CDK's process and its answer.

The bounds are what was reached. A change that needs more has to say why. A stack on a machine
without an interpreter for the byte code of its functions has a note about it, which costs two.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# What the applications cost, counted where jsii sends its messages, in a process of its own:
# constants that are asked for once would otherwise be known from other tests.
COUNT = """
import json, sys
from jsii._kernel.providers import process

sent, send = [], process._NodeProcess.send

def counted(self, request, response_type):
    sent.append(type(request).__name__)
    return send(self, request, response_type)

process._NodeProcess.send = counted

import aws_cdk as cdk
from serverless_stack.constructs import LambdaHandler, ProxyApi, ServerlessStack

code, site, output = sys.argv[1:]

def trips(stacks=0, handlers=0, routes=0, readme=False):
    before = len(sent)
    app = cdk.App(outdir=output)
    if readme:
        ServerlessStack(app, "Shop", function=code, site=site, redis=True, memcached=True)
    for number in range(stacks):
        ServerlessStack(app, f"Stack{number}", function=code, site=site)
    if handlers:
        stack = cdk.Stack(app, "Handlers")
    for number in range(handlers):
        handler = LambdaHandler(stack, f"Handler{number}", code=code)
        ProxyApi(stack, f"Api{number}", handler=handler)
    if routes:
        stack = cdk.Stack(app, "Routes")
        handler = LambdaHandler(stack, "Handler", code=code)
        ProxyApi(stack, "Api", routes={f"GET /{number}": handler for number in range(routes)})
    app.synth()
    return len(sent) - before

imported = len(sent)
print(json.dumps({
    "readme": imported + trips(readme=True),
    "stack": -trips(stacks=1) + trips(stacks=2),
    "handler": -trips(handlers=1) + trips(handlers=2),
    "route": -trips(routes=1) + trips(routes=2),
}))
"""


@pytest.fixture(scope="module")
def counts(code: Path, site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    output = tmp_path_factory.mktemp("output")
    answered = subprocess.run(
        [sys.executable, "-c", COUNT, str(code), str(site), str(output)],
        env={**os.environ, "CDK_VALIDATION": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answered.returncode == 0, answered.stderr
    found: dict[str, int] = json.loads(answered.stdout)
    return found


@pytest.mark.parametrize(
    ("what", "most"), [("readme", 298), ("stack", 165), ("handler", 34), ("route", 3)]
)
def test_calls_of_jsii_are_no_more_than_needed(
    counts: dict[str, int], what: str, most: int
) -> None:
    assert counts[what] <= most
