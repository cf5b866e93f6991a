"""The commands of guides, typed in the project of the first hour while its cloud runs."""

import re
from pathlib import Path

from tests.docs.blocks import Block, Command, blocks_of, commands_of
from tests.docs.site import ROOT
from tests.docs.walk import Shell

# The page, and what a command of it begins with. What needs an account is left out, and so is
# what other tests run.
TYPED = (
    ("local-cloud", 'eval "$(serverless-stack local env)"'),
    ("doctor", "serverless-stack doctor"),
    ("choosing-a-cache", "serverless-stack advise cache"),
    ("operations", "serverless-stack check"),
    ("diagram", "serverless-stack diagram -o stack.svg"),
    ("operations", "serverless-stack review --deployed Shop"),
    ("operations", "serverless-stack logs Shop/Function --since 2h"),
    ("local-cloud", "serverless-stack local status"),
    ("local-cloud", "curl -H 'X-Serverless-Stack-Viewer-Country"),
    ("sync", "serverless-stack sync site s3://my-bucket"),
    ("sync", "serverless-stack ls s3://my-bucket"),
    ("sync", "serverless-stack presign s3://my-bucket"),
    ("operations", "serverless-stack invalidate"),
    ("local-cloud", "serverless-stack local age 12h --bucket"),
    ("api-operation", "serverless-stack api deployments Shop/Api"),
)
# What a command must say, for those that could end with status 0 and have done nothing.
SAID = {
    "serverless-stack logs": "note written",
    "serverless-stack ls": "site/index.html",
    "serverless-stack sync": "invalidation: /",
    "serverless-stack presign": "X-Amz-Signature",
    "serverless-stack api deployments": "prod",
    "curl": "<title>Shop</title>",
}


def follow_guides(shell: Shell, deployed: str, port: str) -> None:
    """Type the commands, with the names of what was deployed in place of the pages' own.

    Args:
        shell: The shell, in the folder of the project.
        deployed: What ``serverless-stack local deploy`` wrote.
        port: The port of the distribution.
    """
    words = {
        "my-bucket": _output("BucketName", deployed),
        "E1234567890": _output("DistributionId", deployed),
        "CDN_PORT": port,
    }
    for name, beginning in TYPED:
        block, command = _find(ROOT / "docs" / "guides" / f"{name}.md", beginning)
        line = command.line
        for word, other in words.items():
            line = line.replace(word, other)
        status, output = shell.run(line)
        expected = 1 if beginning.startswith("serverless-stack advise") else 0  # a conflict
        assert status == expected, f"{block.place}: $ {line}: {status}\n{output}"
        said = next((text for start, text in SAID.items() if line.startswith(start)), "")
        assert said in output, f"{block.place}: $ {line}: no `{said}` in\n{output}"


def _output(name: str, deployed: str) -> str:
    found = re.search(rf"^ +{name} +(\S+)$", deployed, re.MULTILINE)
    assert found is not None, deployed
    return found[1]


def _find(page: Path, beginning: str) -> tuple[Block, Command]:
    """Return a command of a page, with its block."""
    found = [
        (block, command)
        for block in blocks_of(page)
        if block.language == "console"
        for command in commands_of(block)
        if command.line.startswith(beginning)
    ]
    assert found, f"{page.name} has no command `{beginning}`"
    return found[0]
