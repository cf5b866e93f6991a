"""Seeds of tests with random input: `make test` runs some of them, and `make check` all."""

import pytest


def seeds(count: int, ordinary: int) -> list[object]:
    """Return so many seeds; those after the ordinary ones are for `make check`."""
    more = [pytest.param(seed, marks=pytest.mark.fuzzing) for seed in range(ordinary, count)]
    return [*range(ordinary), *more]
