"""Triggers leave no finding in the regulated profile."""

import pytest

from tests.compliance import tools
from tests.compliance.tools import PACKS, VALIDATOR, Assembly
from tests.compliance.triggers import STACK

pytestmark = pytest.mark.xdist_group("compliance-of-triggers")


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    return tools.synthesize(tmp_path_factory.mktemp("triggers"), module="tests.compliance.triggers")


@pytest.mark.parametrize("tool", [*PACKS, VALIDATOR])
def test_nothing_is_left(assembly: Assembly, tool: str) -> None:
    assert assembly.plugin(tool, STACK).left == []


@pytest.mark.parametrize("tool", PACKS)
def test_the_tools_ran(assembly: Assembly, tool: str) -> None:
    assert assembly.plugin(tool, "Sources").raw > 0
