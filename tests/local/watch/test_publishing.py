import json
import socket
from pathlib import Path

import pytest

from serverless_stack.local.cdk.assembly import Stack, read_stacks
from serverless_stack.local.processes.state import State
from serverless_stack.local.watch.publishing import NotUpdatableError, Publisher


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    properties = {"templateFile": "t.json"}
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://000000000000/us-east-1",
        "properties": properties,
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"Shop": artifact}}))
    (tmp_path / "t.json").write_text('{"Resources": {}}')
    place = {"bucketName": "assets", "objectKey": "t.json"}
    asset = {"source": {"path": "t.json"}, "destinations": {"current": place}}
    (tmp_path / "Shop.assets.json").write_text(json.dumps({"files": {"t": asset}}))
    return read_stacks(tmp_path)[0]


def test_a_cloud_that_does_not_answer_is_left_to_the_cdk_cli(stack: Stack) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        port = nobody.getsockname()[1]
        publisher = Publisher(State("/app", "default", 1, "", port, 0, 0, "AKIA", "secret", 0.0))
        with pytest.raises(NotUpdatableError, match="Could not connect"):
            publisher.publish(stack)
        with pytest.raises(NotUpdatableError, match="Could not connect"):
            publisher.update(stack, "http://127.0.0.1/t.json")
