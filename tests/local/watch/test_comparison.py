import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from serverless_stack.local.cdk.assembly import Stack, read_stacks
from serverless_stack.local.watch.comparison import (
    changed_files,
    changed_members,
    compare,
    function_assets,
)

OLD, NEW, OTHER = "a" * 64, "b" * 64, "c" * 64


def function(code: str, **properties: object) -> dict[str, object]:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Code": {"S3Key": f"{code}.zip"}, **properties},
        "Metadata": {"aws:cdk:path": "Shop/Function/Function/Resource"},
    }


def stacks(
    folder: Path,
    resources: Mapping[str, object],
    *assets: str,
    name: str = "Shop",
    tags: Mapping[str, str] | None = None,
) -> list[Stack]:
    """Return the stacks of an assembly with one stack."""
    folder.mkdir()
    properties = {"templateFile": "t.json", "tags": tags or {}}
    artifact = {"type": "aws:cloudformation:stack", "properties": properties}
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {name: artifact}}))
    (folder / "t.json").write_text(json.dumps({"Resources": resources}))
    files = {asset: {"source": {"path": f"asset.{asset}"}} for asset in assets}
    (folder / f"{name}.assets.json").write_text(json.dumps({"files": files}))
    return read_stacks(folder)


def test_nothing_changes(tmp_path: Path) -> None:
    before = stacks(tmp_path / "before", {"F": function(OLD)}, OLD)
    after = stacks(tmp_path / "after", {"F": function(OLD)}, OLD)
    assert compare(before, after).is_nothing


def test_code_changes_alone(tmp_path: Path) -> None:
    before = stacks(tmp_path / "before", {"F": function(OLD)}, OLD)
    after = stacks(tmp_path / "after", {"F": function(NEW)}, NEW)
    found = compare(before, after)
    assert (found.is_nothing, found.is_code, found.names) == (False, True, ("Shop/Function",))
    assert function_assets(after[0]) == {NEW}


def test_a_digest_that_is_no_asset_is_a_change_of_a_construct(tmp_path: Path) -> None:
    before = stacks(tmp_path / "before", {"F": function(OLD, Description=OLD)}, OLD)
    after = stacks(tmp_path / "after", {"F": function(NEW, Description=OTHER)}, NEW)
    assert not compare(before, after).is_code


def test_a_property_a_tag_and_a_resource_are_changes_of_constructs(tmp_path: Path) -> None:
    before = stacks(tmp_path / "before", {"F": function(OLD)}, OLD)
    changes = {
        "property": stacks(tmp_path / "property", {"F": function(NEW, MemorySize=1)}, NEW),
        "tag": stacks(tmp_path / "tag", {"F": function(NEW)}, NEW, tags={"a": "b"}),
        "resource": stacks(tmp_path / "resource", {"F": function(NEW), "G": {}}, NEW),
    }
    for after in changes.values():
        found = compare(before, after)
        assert (found.is_nothing, found.is_code) == (False, False)


def test_stacks_come_and_go(tmp_path: Path) -> None:
    before = stacks(tmp_path / "before", {"F": function(OLD)}, OLD)
    after = stacks(tmp_path / "after", {"F": function(OLD)}, OLD, name="Other")
    found = compare(before, after)
    assert (found.added, found.removed, found.is_code) == (("Other",), ("Shop",), False)
    assert found.names == ("Other", "Shop")


def test_changed_files_are_those_of_another_content(tmp_path: Path) -> None:
    for folder, text in (("before", "old"), ("after", "new")):
        (tmp_path / folder / "lib").mkdir(parents=True)
        (tmp_path / folder / "same.py").write_text("same")
        (tmp_path / folder / "lib" / "index.py").write_text(text)
    (tmp_path / "after" / "added.py").write_text("added")
    names = {"same.py", "index.py", "added.py"}
    after = tmp_path / "after"
    expected = [after / "added.py", after / "lib" / "index.py"]
    assert changed_files(tmp_path / "before", after, names) == expected
    assert changed_files(tmp_path / "before", after, {"same.py"}) == []


def test_changed_members_are_those_of_another_content(tmp_path: Path) -> None:
    before, after = tmp_path / "before.zip", tmp_path / "after.zip"
    for path, text in ((before, "old"), (after, "new")):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("same.py", "same")
            archive.writestr("lib/index.py", text)
            archive.writestr("other.py", text)
    names = {"same.py", "index.py"}
    assert changed_members(before, after, names) == [("lib/index.py", b"new")]
    assert changed_members(None, after, names) == [("same.py", b"same"), ("lib/index.py", b"new")]
    assert changed_members(after, after, names) == []
