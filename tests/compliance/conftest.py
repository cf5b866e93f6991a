import pytest

from tests.compliance.tools import Assembly, synthesize


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """All stacks, synthesized and checked once."""
    return synthesize(tmp_path_factory.mktemp("compliance"))
