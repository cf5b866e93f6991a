"""`python -m tests.compliance`: print the findings by tool and stack, and fail on one left."""

import sys
import tempfile
from pathlib import Path

from tests.compliance import tools
from tests.compliance.tools import CFN_LINT, CHECKOV, CHECKOV_PROGRAM, PACKS, VALIDATOR, Findings

COLUMNS = {
    "Naive": "naive CDK",
    "Dev": "dev",
    "Production": "production",
    "Regulated": "regulated",
    "Decided": "regulated, decided",
}
EVERYTHING = {*PACKS, VALIDATOR, CFN_LINT, CHECKOV}
REQUIRED = {
    "Production": {"AwsSolutions", "Serverless", VALIDATOR},
    "Regulated": EVERYTHING,
    "Decided": EVERYTHING,
}
MAX_ACKNOWLEDGEMENTS = {"Regulated": 41, "Decided": 30}  # acknowledgements in the packs of cdk-nag
MAX_SKIPS = 14  # in checkov


def count(folder: Path) -> dict[str, dict[str, Findings]]:
    """Run every tool on every stack; checkov if it is installed."""
    assembly = tools.synthesize(folder)
    counted: dict[str, dict[str, Findings]] = {
        name: {stack: assembly.plugin(name, stack) for stack in COLUMNS}
        for name in (*PACKS, VALIDATOR)
    }
    templates = [assembly.template(stack) for stack in COLUMNS]
    counted[CFN_LINT] = tools.cfn_lint(templates)
    if CHECKOV_PROGRAM.exists():
        counted[CHECKOV] = tools.checkov(templates)
    return counted


def table(counted: dict[str, dict[str, Findings]]) -> list[str]:
    """Return the lines of the table."""
    lines = ["raw / acknowledged / left".ljust(26) + "".join(f"{c:>20}" for c in COLUMNS.values())]
    for tool, stacks in counted.items():
        cells = [stacks[stack] for stack in COLUMNS]
        texts = [f"{c.raw} / {len(c.acknowledged)} / {len(c.left)}" for c in cells]
        lines.append(tool.ljust(26) + "".join(f"{text:>20}" for text in texts))
    return lines


def problems(counted: dict[str, dict[str, Findings]]) -> list[str]:
    """Return what must not be: findings that are left, and too many acknowledgements."""
    messages = [
        f"{stack}: {tool}: {finding}"
        for tool, stacks in counted.items()
        for stack, findings in stacks.items()
        if tool in REQUIRED.get(stack, ())
        for finding in findings.left
    ]
    for stack, limit in MAX_ACKNOWLEDGEMENTS.items():
        number = sum(len(counted[pack][stack].acknowledged) for pack in PACKS)
        if number > limit:
            messages.append(f"{stack}: {number} acknowledgements in cdk-nag, at most {limit}")
    if CHECKOV in counted and len(counted[CHECKOV]["Regulated"].acknowledged) > MAX_SKIPS:
        messages.append(f"Regulated: more than {MAX_SKIPS} skips in checkov")
    return messages


def main() -> int:
    """Print the table and the problems.

    Returns:
        The exit status.
    """
    with tempfile.TemporaryDirectory() as folder:
        counted = count(Path(folder))
    print("\n".join(table(counted)))
    if CHECKOV not in counted:
        print("checkov is not installed: `make compliance` installs it")
    messages = problems(counted)
    for problem in messages:
        print(f"left: {problem}")
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
