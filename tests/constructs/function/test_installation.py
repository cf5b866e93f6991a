import pytest

from serverless_stack.constructs.function.installation import LambdaPlatform


@pytest.mark.parametrize(
    ("python", "newest"),
    [("3.11", "manylinux_2_17"), ("3.12", "manylinux_2_34"), ("3.14", "manylinux_2_34")],
)
def test_the_newest_profile_matches_the_c_library_of_lambda(python: str, newest: str) -> None:
    assert LambdaPlatform(python, "aarch64").profiles[0] == newest


def test_profiles_include_the_oldest_and_legacy_names() -> None:
    assert LambdaPlatform("3.10", "aarch64").profiles == ("manylinux_2_17", "manylinux2014")
    on_x86 = LambdaPlatform("3.13", "x86_64").profiles
    assert on_x86[-2:] == ("manylinux_2_5", "manylinux1")
    assert on_x86[on_x86.index("manylinux2014") - 1] == "manylinux_2_17"
    assert len(on_x86) == 30 + 3


def test_the_text_names_machine_and_python() -> None:
    assert str(LambdaPlatform("3.13", "aarch64")) == "aarch64, Python 3.13"
