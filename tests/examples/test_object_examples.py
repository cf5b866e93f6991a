"""The examples of the page on objects, on the local cloud's S3."""

import runpy
import secrets
import shlex
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

from serverless_stack.cli.main import application

EXAMPLES = Path(__file__).parents[2] / "examples"
pytestmark = pytest.mark.usefixtures("use_aws")


def test_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("report.pdf", "logo.png", "upload.csv"):
        Path(name).write_bytes(name.encode() * 200)
    Path("site").mkdir()
    Path("site/index.html").write_text("<p>")
    bucket = f"examples-{secrets.token_hex(6)}"
    said = {}
    for line in (EXAMPLES / "object_commands.sh").read_text().splitlines():
        *echo, command = line.replace("my-bucket", bucket).split(" | ")
        words = shlex.split(command)
        text = f"{shlex.split(echo[0])[1]}\n" if echo else ""
        result = CliRunner().invoke(application(), words[1:], input=text)
        assert result.exit_code == 0, f"{line}: {result.output}"
        said[line] = result.output
    assert said["serverless-stack cp s3://my-bucket/hello.txt -"] == "hello world\n"
    assert Path("report.pdf").exists()
    assert not Path("upload.csv").exists()
    (query,) = [line for line in said if "--query" in line]
    assert said[query].split() == ["[", '"logo.png"', "]"]
    buckets = boto3.client("s3").list_buckets()["Buckets"]
    assert bucket not in [each["Name"] for each in buckets]


def test_copies() -> None:
    example = runpy.run_path(str(EXAMPLES / "object_copies.py"))
    inbox, archive = example["inbox"], example["archive"]
    inbox.bucket_name, archive.bucket_name = (f"{secrets.token_hex(6)}-{n}" for n in "ia")
    inbox.ensure_bucket()
    example["receive"]("may", b"%PDF")
    found = inbox.head("may.pdf")
    assert (found.content_type, found.storage_class) == ("application/pdf", "STANDARD_IA")
    assert example["keep"]("may") == "archived"
    assert example["keep"]("may") == "there is no such report"
    assert example["show"]("may") == b"%PDF"
    example["receive"]("may", b"again")
    assert example["keep"]("may").startswith("it is archived already")
    assert inbox.get("may.pdf").body == b"again"
