"""What every test needs: CDK without its own template validation, and a local cloud."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("CDK_VALIDATION", "false")
os.environ.setdefault("JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION", "1")

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a local cloud with nothing in it: one for each test process."""
    from serverless_stack.local.cloud import LocalCloud

    app = tmp_path_factory.mktemp("aws")
    (app / "cdk.json").write_text('{"app": "true"}')
    with pytest.MonkeyPatch.context() as patch:
        binaries = REPOSITORY / "node_modules" / ".bin"
        patch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")
        patch.setenv("PYTHONPATH", str(REPOSITORY))
        with LocalCloud.start(app, name=f"tests-{os.getpid()}") as cloud:
            yield cloud.environment()


@pytest.fixture
def use_aws(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """boto3, and programs that a test starts, reach the local cloud."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return aws
