from pathlib import Path

import pytest

from serverless_stack.local.cdk.assembly import Stack, read_stacks
from serverless_stack.local.cdk.selection import select
from serverless_stack.local.errors import LocalCloudError
from tests.local.cdk.assemblies import write_stack


@pytest.fixture
def stacks(tmp_path: Path) -> list[Stack]:
    write_stack(tmp_path, "Network", {})
    write_stack(tmp_path, "Shop", {}, dependencies=("Shop.assets", "Network"))
    write_stack(tmp_path, "Main", {}, stage="Prod", stackName="prod-main")
    return read_stacks(tmp_path)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], ["Network", "Shop", "Prod/Main"]),
        (["**"], ["Network", "Shop", "Prod/Main"]),
        (["Network"], ["Network"]),
        (["Shop"], ["Network", "Shop"]),
        (["prod-main"], ["Prod/Main"]),
        (["Prod/*", "Net*"], ["Network", "Prod/Main"]),
        (["{Shop,Network}"], ["Network", "Shop", "Prod/Main"]),
    ],
)
def test_names_and_patterns(stacks: list[Stack], names: list[str], expected: list[str]) -> None:
    assert [stack.name for stack in select(stacks, names)] == expected


def test_an_unknown_name(stacks: list[Stack]) -> None:
    listed = "its stacks are: Network, Shop, Prod/Main$"
    with pytest.raises(LocalCloudError, match=f"`Shpo`, did you mean `Shop`\\? {listed}"):
        select(stacks, ["Shpo"])
    with pytest.raises(LocalCloudError, match=f"no stack `xyz`; {listed}"):
        select(stacks, ["Network", "xyz"])
