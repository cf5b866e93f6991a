import pytest

from serverless_stack.cli.commands.init.names import MAX_LENGTH, problem, stack_name


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("shop", "Shop"),
        ("my shop", "MyShop"),
        ("corner-roasters_2", "CornerRoasters2"),
        ("Café Orders", "CafeOrders"),
        ("myShop", "MyShop"),
        ("日本", "App"),
        ("2026", "App2026"),
        ("", "App"),
        ("...", "App"),
        ("x" * 200, "X" + "x" * (MAX_LENGTH - 1)),
    ],
)
def test_a_folder_becomes_a_name(folder: str, expected: str) -> None:
    assert stack_name(folder) == expected
    assert problem(expected) == ""


@pytest.mark.parametrize("name", ["", "1shop", "my shop", "shop_2", "-a", "a" * 28, "é", "a\n"])
def test_a_name_that_is_none(name: str) -> None:
    assert f"got: {name!r}; such as `{stack_name(name)}`" in problem(name)
