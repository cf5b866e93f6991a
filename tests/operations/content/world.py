"""A bucket, sources in another one, and deployments to it that can be killed."""

import hashlib
import io
import random
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import boto3

from serverless_stack._shared.content.index import Entry
from serverless_stack._shared.content.rules import IMMUTABLE, REVALIDATE, CacheRule
from serverless_stack.operations.content.deployment import Deployment, Result
from serverless_stack.operations.content.manifest import Journal, Manifest, read
from serverless_stack.operations.content.stores.s3 import S3Store
from serverless_stack.operations.content.target import Source, Target

Files = Mapping[str, bytes]
RULES = (CacheRule("assets/*", IMMUTABLE), CacheRule("*", REVALIDATE))


class Killed(BaseException):
    """The function was killed: nothing of it runs any more."""


@dataclass(frozen=True)
class Stored:
    """An object as S3 has it."""

    body: bytes
    content_type: str
    cache_control: str | None
    content_encoding: str | None
    obsolete: str | None


def zipped(files: Files, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return target.getvalue()


def index(files: Files) -> dict[str, Entry]:
    return {k: Entry(k, hashlib.sha256(v).hexdigest(), len(v)) for k, v in files.items()}


class World:
    """One bucket of a test's own."""

    def __init__(self, name: str) -> None:
        self.s3 = boto3.client("s3")
        unique = hashlib.sha256(f"{name}{random.random()}".encode()).hexdigest()[:16]
        self.bucket, self.assets = f"content-{unique}", f"assets-{unique}"
        self.s3.create_bucket(Bucket=self.bucket)
        self.s3.create_bucket(Bucket=self.assets)
        # Without versions the local cloud keeps the tags of an object that is overwritten.
        self.s3.put_bucket_versioning(
            Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"}
        )
        self.invalidations: list[tuple[str, str, tuple[str, ...]]] = []
        self.steps: list[str] = []
        self.today = date(2026, 1, 31)

    def source(self, files: Files, compression: int = zipfile.ZIP_DEFLATED) -> Source:
        content = zipped(files, compression)
        key = f"{hashlib.sha256(content).hexdigest()}.zip"
        self.s3.put_object(Bucket=self.assets, Key=key, Body=content)
        return Source(self.assets, key, index(files))

    def target(self, *sources: Files | Source, **settings: object) -> Target:
        found = [s if isinstance(s, Source) else self.source(s) for s in sources]
        target = Target(
            bucket=self.bucket,
            prefix="site/",
            manifest_key=".serverless-stack/site/Test.json.gz",
            owner="Test",
            sources=found,
            cache_control=RULES,
        )
        return replace(target, **settings)  # type: ignore[arg-type]

    def deploy(
        self,
        target: Target,
        *,
        kill_at: int | None = None,
        time_is_up: Callable[[], bool] = lambda: False,
        refuse: str = "",
    ) -> Result:
        self.steps = []

        def checkpoint(step: str) -> None:
            self.steps.append(step)
            if kill_at is not None and len(self.steps) > kill_at:
                raise Killed(step)
            if refuse and step.startswith(refuse):
                raise RuntimeError(f"refused: {step}")

        def invalidate(journal: Journal, keys: Sequence[str]) -> None:
            assert set(journal.invalidated) <= set(keys)
            sent = (journal.version, journal.replaces, tuple(journal.invalidated))
            self.invalidations.append(sent)

        return Deployment(
            self.s3,
            target,
            invalidate,
            checkpoint=checkpoint,
            time_is_up=time_is_up,
            today=lambda: self.today,
        ).run()

    def manifest(self) -> Manifest:
        entry = read(S3Store(self.bucket, self.s3), ".serverless-stack/site/Test.json.gz")
        assert entry is not None
        return entry[0]

    def stored(self, prefix: str = "site/") -> dict[str, Stored]:
        found = {}
        for page in self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix
        ):
            for item in page.get("Contents", []):
                key = item["Key"]
                got = self.s3.get_object(Bucket=self.bucket, Key=key)
                tags = self.s3.get_object_tagging(Bucket=self.bucket, Key=key)["TagSet"]
                found[key.removeprefix(prefix)] = Stored(
                    got["Body"].read(),
                    got["ContentType"],
                    got.get("CacheControl"),
                    got.get("ContentEncoding"),
                    {t["Key"]: t["Value"] for t in tags}.get("serverless-stack:obsolete"),
                )
        return found

    def empty(self) -> None:
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            for item in page.get("Contents", []):
                self.s3.delete_object(Bucket=self.bucket, Key=item["Key"])
