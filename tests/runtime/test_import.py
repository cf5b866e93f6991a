import subprocess
import sys

import pytest

FOREIGN = {"aws_cdk", "jsii", "boto3", "botocore", "redis", "pymemcache"}


@pytest.mark.parametrize("module", ["serverless_stack.runtime", "serverless_stack.runtime.caching"])
def test_import_loads_no_foreign_library(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import {module}"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert "serverless_stack" in loaded
    assert not loaded & FOREIGN
