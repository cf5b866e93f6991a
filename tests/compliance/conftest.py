import pytest

from tests.compliance.tools import Assembly, synthesise


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """All stacks, synthesised and judged once."""
    return synthesise(tmp_path_factory.mktemp("compliance"))
