"""The names of a resource that changes."""

import pytest

from serverless_stack.testing.review import Action, Consequence, ResourceChange


@pytest.mark.parametrize(
    ("path", "name", "names"),
    [
        (None, "OldId", {"OldId", "NewId"}),
        ("Shop/Table", "Shop/Table", {"OldId", "NewId", "Shop/Table"}),
        (
            "Shop/Table/Resource",
            "Shop/Table/Resource",
            {"OldId", "NewId", "Shop/Table/Resource", "Shop/Table"},
        ),
    ],
)
def test_names(path: str | None, name: str, names: set[str]) -> None:
    change = ResourceChange(
        Action.RENAME, "OldId", "NewId", "AWS::S3::Bucket", path, (), Consequence.NONE, (), None
    )
    assert change.name == name
    assert change.names == names
