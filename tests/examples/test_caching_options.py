import json
import runpy
from pathlib import Path

import pytest

from tests.runtime.servers import Server

EXAMPLE = Path(__file__).parents[2] / "examples" / "caching_options.py"


def test_catalogue(
    redis: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REDIS_PRIMARY_ENDPOINT", redis.address)
    example = runpy.run_path(str(EXAMPLE))
    handler, table = example["handler"], example["table"]

    def metrics() -> tuple[int, int, int]:
        line = json.loads(capsys.readouterr().out)
        return line["Hits"], line["Misses"], line["Degraded"]

    assert handler({"id": "7"}, None) == {"name": "tea", "total": "2.88"}
    assert metrics() == (1, 1, 0)  # `total` finds what has just been loaded
    assert handler({"id": "7"}, None) == {"name": "tea", "total": "2.88"}
    assert metrics() == (1, 0, 0)  # `total` itself is cached now
    assert handler({"id": "8"}, None) == {"name": None, "total": "0"}
    assert metrics() == (1, 1, 0)
    table["7"] = example["Product"]("green tea", table["7"].price * 2)
    assert handler({"id": "7"}, None)["name"] == "tea"
    assert handler({"id": "7", "imported": "yes"}, None) == {"name": "green tea", "total": "5.76"}
    capsys.readouterr()
    redis.kill()
    assert handler({"id": "7"}, None) == {"name": "green tea", "total": "5.76"}
    assert metrics()[2] > 0
