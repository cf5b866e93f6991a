"""The comparison of templates, and what is made of the figures; the benchmark itself runs both."""

import sys
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.synthesis import page
from benchmarks.synthesis.measures import PARTS, Growth
from benchmarks.synthesis.processes import Tool, Usage, ratio
from benchmarks.synthesis.results import Results
from benchmarks.synthesis.templates import Json, differences


def template(bucket: str, queue: str, days: int = 7) -> dict[str, Json]:
    return {
        "Resources": {
            bucket: {
                "Type": "AWS::S3::Bucket",
                "Properties": {"Days": days, "Prefix": f"logs/{bucket}/"},
                "Metadata": {"path": bucket},
            },
            queue: {"Type": "AWS::SQS::Queue", "Properties": {"Target": {"Ref": bucket}}},
        }
    }


def test_other_names_are_no_difference() -> None:
    assert differences(template("BucketD7FEB781", "QueueA"), template("A12345678", "Q")) == []


def test_what_differs_is_reported_with_all_that_refers_to_it() -> None:
    found = differences(template("BucketD7FEB781", "Q"), template("BucketD7FEB781", "Q", 8))
    assert [text.partition(":")[0] for text in found] == ["only in ours"] * 2 + [
        "only in the twin"
    ] * 2
    assert '"Days": 7' in found[0]
    assert '"Days": 8' in found[2]


def test_a_reference_to_another_resource_is_a_difference() -> None:
    two: dict[str, Json] = {
        "A": {"Type": "AWS::SQS::Queue", "Properties": {"Size": 1}},
        "B": {"Type": "AWS::SQS::Queue", "Properties": {"Size": 2}},
    }
    refers: Json = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "A"}]}}
    other: Json = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "B"}]}}
    found = differences({"Resources": {**two, "P": refers}}, {"Resources": {**two, "P": other}})
    assert len(found) == 2


def test_ratios_are_of_runs_beside_each_other() -> None:
    ours = [Usage(seconds, 0, 0) for seconds in (1.0, 4.0, 9.0)]
    other = [Usage(seconds, 0, 0) for seconds in (1.0, 2.0, 3.0)]
    assert ratio(ours, other) == 2


def growth(**seconds: tuple[float, ...]) -> Growth:
    sizes = (1, 5, 10)
    used = {
        name: {size: [Usage(each, 0, 100)] for size, each in zip(sizes, values, strict=True)}
        for name, values in seconds.items()
    }
    return Growth(sizes, used)


def test_what_one_more_costs() -> None:
    found = growth(ours=(1.0, 3.0, 10.0), Python=(1.0, 2.0, 4.0))
    assert found.each("ours") == 1
    assert found.ratio("ours", "Python") == 3
    assert found.bend("ours") == pytest.approx(1.4 / 0.5)


def test_the_tables_of_terminal_and_page(capsys: pytest.CaptureFixture[str]) -> None:
    used = {"ours": [Usage(3.0, 4.0, 180)], "Python": [Usage(2.0, 3.0, 170)]}
    trips = {"ours": [10] * len(PARTS), "Python": [5] * len(PARTS)}
    results = Results(used, used, trips, {"stacks": growth(ours=(1, 2, 3), Python=(1, 2, 3))})
    for step in ("readme", "settings", "trips", "growth"):
        results.show(Console(width=120), step)
    assert "1.50" in capsys.readouterr().out
    written = page.text(results, f"# Page\n\n{page.BEGIN}old\n{page.END}\nThe end\n")
    assert "| Python | 2.00 | 1.50 | 3.00 | 170 |" in written
    assert "| together | 70 | 35 |" in written
    assert "old" not in written
    assert page.text(results, written) == written


APP = "import aws_cdk as cdk; app = cdk.App(); cdk.Stack(app, 'Empty'); app.synth()"


def test_round_trips_are_counted(tmp_path: Path) -> None:
    counts = []
    for more in ("", "; cdk.App()"):
        tool = Tool("tool", (sys.executable, "-c", APP + more), {"CDK_VALIDATION": "false"})
        counts.append(tool.round_trips("parts", 1, tmp_path))
    assert counts[1] == counts[0] + 1


def test_a_synthesis_that_fails_is_told(tmp_path: Path) -> None:
    tool = Tool("tool", (sys.executable, "-c", "raise SystemExit('no such bucket')"), {})
    with pytest.raises(RuntimeError, match="tool failed for parts 1: no such bucket"):
        tool.synthesize("parts", 1, tmp_path)
    assert list(tmp_path.iterdir()) == []
