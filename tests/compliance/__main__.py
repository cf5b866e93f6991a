"""`python -m tests.compliance`: the table of tools and findings; fails on one that is left."""

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
MOST = {"Regulated": 33, "Decided": 20}  # acknowledgements in the packs of cdk-nag
MOST_SKIPS = 12  # in checkov


def count(folder: Path) -> dict[str, dict[str, Findings]]:
    """Run every tool on every stack; checkov only if it is installed."""
    assembly = tools.synthesise(folder)
    counted: dict[str, dict[str, Findings]] = {
        name: {stack: assembly.plugin(name, stack) for stack in COLUMNS}
        for name in (*PACKS, VALIDATOR)
    }
    counted[CFN_LINT] = {stack: tools.cfn_lint(assembly.template(stack)) for stack in COLUMNS}
    if CHECKOV_PROGRAM.exists():
        counted[CHECKOV] = tools.checkov([assembly.template(stack) for stack in COLUMNS])
    return counted


def table(counted: dict[str, dict[str, Findings]]) -> list[str]:
    """The lines of the table."""
    lines = ["raw / acknowledged / left".ljust(26) + "".join(f"{c:>20}" for c in COLUMNS.values())]
    for tool, stacks in counted.items():
        cells = [stacks[stack] for stack in COLUMNS]
        texts = [f"{c.raw} / {len(c.acknowledged)} / {len(c.left)}" for c in cells]
        lines.append(tool.ljust(26) + "".join(f"{text:>20}" for text in texts))
    return lines


def problems(counted: dict[str, dict[str, Findings]]) -> list[str]:
    """What is not as it has to be."""
    found = [
        f"{stack}: {tool}: {finding}"
        for tool, stacks in counted.items()
        for stack, findings in stacks.items()
        if tool in REQUIRED.get(stack, ())
        for finding in findings.left
    ]
    for stack, most in MOST.items():
        number = sum(len(counted[pack][stack].acknowledged) for pack in PACKS)
        if number > most:
            found.append(f"{stack}: {number} acknowledgements in cdk-nag, at most {most}")
    if CHECKOV in counted and len(counted[CHECKOV]["Regulated"].acknowledged) > MOST_SKIPS:
        found.append(f"Regulated: more than {MOST_SKIPS} skips in checkov")
    return found


def main() -> int:
    """Print the table and what is left.

    Returns:
        The status of the process.
    """
    with tempfile.TemporaryDirectory() as folder:
        counted = count(Path(folder))
    print("\n".join(table(counted)))
    if CHECKOV not in counted:
        print("checkov is not installed: `make compliance` does so")
    found = problems(counted)
    for problem in found:
        print(f"left: {problem}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
