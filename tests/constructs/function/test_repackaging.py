"""Functions are packaged again as a synthesis packages them."""

from pathlib import Path

import aws_cdk as cdk
import pytest

from serverless_stack.constructs import LambdaHandler
from serverless_stack.constructs.function import code
from serverless_stack.constructs.function.repackaging import Packaged, package_again

HANDLER = "def handler(event, context):\n    return {number}\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "handler").mkdir()
    (tmp_path / "handler" / "index.py").write_text(HANDLER.format(number=1))
    return tmp_path / "handler"


def packaged(source: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Packaged, str]:
    """Return what the synthesis of an app with one function writes down, and the code of it."""
    made: list[Packaged] = []
    monkeypatch.setattr(code, "PACKAGES", made)
    stack = cdk.Stack(cdk.App(), "Shop")
    function = LambdaHandler(stack, "Handler", code=source).function.node.default_child
    assert [each.path for each in made] == ["Shop/Handler"]
    return made[0], str(stack.resolve(function.code))  # type: ignore[union-attr]


def test_an_edited_function_has_the_asset_of_a_synthesis(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, _deployed = packaged(source, monkeypatch)
    for number in (1, 2):
        (source / "index.py").write_text(HANDLER.format(number=number))
        again = package_again(before)
        assert again is not None
        assert again[0] in packaged(source, monkeypatch)[1]


def test_what_a_synthesis_decides_is_left_to_it(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, _deployed = packaged(source, monkeypatch)
    (source / "requirements.txt").write_text("# none\n")
    assert package_again(before) is None
    (source / "requirements.txt").unlink()
    (source / "index.py").write_text("def renamed(event, context): ...\n")
    assert package_again(before) is None
    (source / "index.py").write_text(HANDLER.format(number=1))
    (source / "broken").symlink_to(source / "missing")
    assert package_again(before) is None
