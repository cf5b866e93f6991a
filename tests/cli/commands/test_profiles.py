import json
import re
from pathlib import Path

from typer.testing import CliRunner

from serverless_stack.cli.main import application
from serverless_stack.constructs.profiles.costs import rows, totals


def run(*arguments: str) -> str:
    result = CliRunner().invoke(application(), ["profiles", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_table_names_each_profile_and_its_cost() -> None:
    printed = run()
    for name in ("dev", "production", "regulated", "us-east-1"):
        assert name in printed
    for total in totals():
        assert f"${total:.2f}" in printed


def test_json_has_the_same_sums() -> None:
    report = json.loads(run("--json"))
    for place, name in enumerate(("dev", "production", "regulated")):
        assert report["total"][name] == round(totals()[place], 2)
        costs = sum(row["costs"][name] for row in report["settings"])
        assert abs(costs - report["total"][name]) < 0.05
    assert [row["name"] for row in report["settings"]] == [row.name for row in rows()]


def test_the_documentation_has_the_same_sums() -> None:
    text = (Path(__file__).parents[3] / "docs" / "guides" / "security.md").read_text()
    documented = re.findall(r"^\| `Profile\.(\w+)\(\)` \|.*\| \$([\d.]+) \|$", text, re.MULTILINE)
    names = ("dev", "production", "regulated")
    expected = [(name, f"{total:.2f}") for name, total in zip(names, totals(), strict=True)]
    assert documented == expected


def test_production_costs_what_the_docstring_of_the_stack_says() -> None:
    """Four nodes, the endpoint of Secrets Manager in two zones, and a secret."""
    assert round(totals()[1], 2) == round((4 * 0.016 + 2 * 0.01) * 730 + 0.40, 2)


def test_a_profile_costs_more_than_the_one_before() -> None:
    assert list(totals()) == sorted(totals())
