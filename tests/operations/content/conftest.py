import pytest

from tests.operations.content.world import World


@pytest.fixture
def world(use_aws: dict[str, str], request: pytest.FixtureRequest) -> World:
    return World(request.node.name)
