from pathlib import Path

from serverless_stack.local.emulator.lambda_.distributions import distributions, missing_here
from tests.local.emulator.lambda_.dist_info import distribution


def test_a_distribution_is_compiled_by_its_tags(tmp_path: Path) -> None:
    code, layer = tmp_path / "code", tmp_path / "layer"
    distribution(code, "pure", "1.0", "py2-none-any", "py3-none-any")
    distribution(code, "fast_json", "2.1", "cp312-cp312-manylinux_2_17_aarch64")
    distribution(layer, "tool", "3.0", "py3-none-manylinux_2_17_aarch64")
    found = distributions([code, layer])
    assert [each.pin for each in found] == ["fast_json==2.1", "pure==1.0", "tool==3.0"]
    assert [each.compiled for each in found] == [True, False, True]
    assert distributions([tmp_path]) == []


def test_a_folder_without_metadata_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "half.dist-info").mkdir()
    (tmp_path / "half.dist-info" / "METADATA").write_text("Name: half\nVersion: 1\n")
    assert distributions([tmp_path]) == []


def test_requirements_of_this_python_are_missing(tmp_path: Path) -> None:
    needs = (
        "Typing.Extensions>=4",
        "only-here>=1,<3; python_version > '3'",
        "never; python_version < '3'",
        "extra-only; extra == 'fast'",
        "boto3>=1",
    )
    distribution(tmp_path / "code", "pure", "1.0", "py3-none-any", requires=needs)
    distribution(tmp_path / "code", "typing_extensions", "4.15.0", "py3-none-any")
    distribution(tmp_path / "runtime", "boto3", "1.40.0", "py3-none-any")
    packaged = distributions([tmp_path / "code"])
    assert missing_here(packaged, distributions([tmp_path / "runtime"])) == ["only-here<3,>=1"]
    assert missing_here(packaged, []) == ["boto3>=1", "only-here<3,>=1"]
