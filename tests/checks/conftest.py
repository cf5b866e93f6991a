from collections.abc import Iterator
from typing import NoReturn

import pytest

from serverless_stack.checks.engine import runner
from serverless_stack.checks.engine.rules import Rule


@pytest.fixture(autouse=True, scope="session")
def faults() -> Iterator[None]:
    """Raise what a rule raises, which is a warning outside of tests."""

    def failed(_: Rule, error: Exception) -> NoReturn:
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "fault", failed)
        yield
