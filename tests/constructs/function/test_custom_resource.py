import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from serverless_stack.constructs.api import log_role, releases
from serverless_stack.constructs.cdn import edge_credentials
from serverless_stack.constructs.function.custom_resource import CONTENT_PARTS
from serverless_stack.constructs.function.library import package_library
from tests.constructs.function.unpacked import contents

PACKAGES = {
    "content.handler": CONTENT_PARTS,
    "edge_credentials": edge_credentials.PARTS,
    "invalidation": CONTENT_PARTS,
    "log_role": log_role.PARTS,
    "releases": releases.PARTS,
}


@pytest.mark.parametrize(("module", "parts"), PACKAGES.items())
def test_the_package_needs_boto3_only(tmp_path: Path, module: str, parts: tuple[str, ...]) -> None:
    """Lambda has boto3; a module that is missing there keeps CloudFormation waiting for an hour."""
    packages = sysconfig.get_paths()["purelib"]
    code = (
        f"import sys; sys.path += [{str(package_library(*parts).archive)!r}, {packages!r}]; "
        f"import serverless_stack.functions.{module} as found; "
        "print(found.__file__, callable(found.handler), sorted({'rich', 'typer'} & {*sys.modules}))"
    )
    # -S: without the packages' .pth files, one of which makes this repository importable
    said = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    ).stdout
    assert said.startswith(str(package_library(*parts).archive))
    assert said.endswith("True []\n")


def test_the_package_is_the_same_each_time() -> None:
    assert package_library(*CONTENT_PARTS) == package_library(*CONTENT_PARTS)
    assert not any(
        "__pycache__" in name for name in contents(package_library(*CONTENT_PARTS).archive)
    )
