"""The assembly that is expected of an edited handler."""

import hashlib
import json
from pathlib import Path

import pytest

from serverless_stack.local.cdk.assembly import read_stacks
from serverless_stack.local.watch.prediction import predict

OLD, NEW, SITE = "a" * 64, "b" * 64, "c" * 64
FUNCTION = {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": f"{OLD}.zip"}}}


def assembly(folder: Path, nested: str = "", **more: object) -> Path:
    """Write an assembly with a function, as CDK does."""
    folder.mkdir()
    template = json.dumps({"Resources": {"Function": FUNCTION, **more}})
    url = f"s3://bucket/{hashlib.sha256(template.encode()).hexdigest()}.json"
    properties = {"templateFile": "Shop.template.json", "stackTemplateAssetObjectUrl": url}
    artifact = {"type": "aws:cloudformation:stack", "properties": properties}
    files = {
        OLD: {"source": {"path": f"asset.{OLD}.zip"}},
        SITE: {"source": {"path": f"asset.{SITE}"}},
        hashlib.sha256(template.encode()).hexdigest(): {"source": {"path": "Shop.template.json"}},
    }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {"Shop": artifact}}))
    (folder / "Shop.assets.json").write_text(json.dumps({"files": files}))
    (folder / "Shop.template.json").write_text(template)
    if nested:
        (folder / "Shop.nested.template.json").write_text(nested)
    (folder / f"asset.{OLD}.zip").write_text("old")
    (folder / f"asset.{SITE}").mkdir()
    (folder / f"asset.{SITE}" / "page.html").write_text(OLD)  # which is content, not a name
    return folder


def test_names_of_the_asset_and_of_the_template_are_replaced(tmp_path: Path) -> None:
    base, target = assembly(tmp_path / "base"), tmp_path / "target"
    (tmp_path / "new.zip").write_text("new")
    assert predict(base, target, {OLD: (NEW, tmp_path / "new.zip")}, read_stacks(base))
    (stack,) = read_stacks(target)
    text = (target / "Shop.template.json").read_text()
    assert text == (base / "Shop.template.json").read_text().replace(OLD, NEW)
    template = hashlib.sha256(text.encode()).hexdigest()
    assert set(stack.assets) == {NEW, SITE, template}
    assert stack.properties["stackTemplateAssetObjectUrl"] == f"s3://bucket/{template}.json"
    assert stack.assets[NEW].read_text() == "new"
    assert (stack.assets[SITE] / "page.html").read_text() == OLD


@pytest.mark.parametrize("is_of_it", [True, False])
def test_a_function_with_versions_is_not_predicted(tmp_path: Path, is_of_it: bool) -> None:
    name = "Function" if is_of_it else "FunctionOfAnother"
    version = {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": name}}}
    base = assembly(tmp_path / "base", Version=version)
    packages = {OLD: (NEW, tmp_path / "new.zip")}
    assert predict(base, tmp_path / "target", packages, read_stacks(base)) is not is_of_it


def test_a_function_of_a_nested_stack_is_not_predicted(tmp_path: Path) -> None:
    base = assembly(tmp_path / "base", nested=json.dumps({"Resources": {"F": FUNCTION}}))
    packages = {OLD: (NEW, tmp_path / "new.zip")}
    assert not predict(base, tmp_path / "target", packages, read_stacks(base))


def with_two_functions(folder: Path) -> Path:
    """Write an assembly with a function each of the packages OLD and NEW."""
    base = assembly(folder, Other={**FUNCTION, "Properties": {"Code": {"S3Key": f"{NEW}.zip"}}})
    manifest = base / "Shop.assets.json"
    files = json.loads(manifest.read_text())
    files["files"][NEW] = {"source": {"path": f"asset.{NEW}.zip"}}
    manifest.write_text(json.dumps(files))
    (base / f"asset.{NEW}.zip").write_text("new")
    return base


def codes(assembly: Path) -> dict[str, str]:
    """Return the content of the package of each function."""
    (stack,) = read_stacks(assembly)
    resources = json.loads((assembly / "Shop.template.json").read_text())["Resources"]
    keys = {name: each["Properties"]["Code"]["S3Key"] for name, each in resources.items()}
    return {name: stack.assets[key.partition(".")[0]].read_text() for name, key in keys.items()}


def test_an_edit_may_make_what_another_function_has(tmp_path: Path) -> None:
    base, target = with_two_functions(tmp_path / "base"), tmp_path / "target"
    (tmp_path / "new.zip").write_text("new")
    assert predict(base, target, {OLD: (NEW, tmp_path / "new.zip")}, read_stacks(base))
    assert codes(target) == {"Function": "new", "Other": "new"}


def test_edits_may_exchange_the_packages_of_functions(tmp_path: Path) -> None:
    base, target = with_two_functions(tmp_path / "base"), tmp_path / "target"
    (tmp_path / "new.zip").write_text("new")
    (tmp_path / "old.zip").write_text("old")
    packages = {OLD: (NEW, tmp_path / "new.zip"), NEW: (OLD, tmp_path / "old.zip")}
    assert predict(base, target, packages, read_stacks(base))
    assert codes(target) == {"Function": "new", "Other": "old"}


def test_two_edits_may_make_one_package(tmp_path: Path) -> None:
    base, target = with_two_functions(tmp_path / "base"), tmp_path / "target"
    (tmp_path / "same.zip").write_text("same")
    same = (SITE[:-1] + "d", tmp_path / "same.zip")
    assert predict(base, target, {OLD: same, NEW: same}, read_stacks(base))
    assert codes(target) == {"Function": "same", "Other": "same"}
