import pytest

from serverless_stack.constructs.function.installation import LambdaPlatform


@pytest.mark.parametrize(
    ("python", "newest"),
    [("3.11", "manylinux_2_17"), ("3.12", "manylinux_2_34"), ("3.14", "manylinux_2_34")],
)
def test_the_newest_profile_is_that_of_lambdas_c_library(python: str, newest: str) -> None:
    assert LambdaPlatform(python, "aarch64").profiles[0] == newest


def test_profiles_go_down_to_the_oldest_with_their_old_names() -> None:
    assert LambdaPlatform("3.10", "aarch64").profiles == ("manylinux_2_17", "manylinux2014")
    on_x86 = LambdaPlatform("3.13", "x86_64").profiles
    assert on_x86[-2:] == ("manylinux_2_5", "manylinux1")
    assert on_x86[on_x86.index("manylinux2014") - 1] == "manylinux_2_17"
    assert len(on_x86) == 30 + 3


def test_it_reads_as_the_user_knows_it() -> None:
    assert str(LambdaPlatform("3.13", "aarch64")) == "aarch64, Python 3.13"
