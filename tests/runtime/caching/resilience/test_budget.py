import pytest

from serverless_stack.runtime.caching import Budget


def test_it_is_spent_until_it_starts_again() -> None:
    budget = Budget(0.3)
    budget.spend(0.1)
    assert budget.left == pytest.approx(0.2)
    budget.spend(0.5)
    assert budget.left == 0
    budget.start()
    assert budget.left == 0.3


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_nothing_is_no_budget(seconds: float) -> None:
    with pytest.raises(ValueError, match=f"`budget` must be more than 0 seconds, got: {seconds}"):
        Budget(seconds)
