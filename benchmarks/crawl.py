"""Ten deployments while pages are loaded: ``python -m benchmarks.crawl``."""

import argparse
import http.client
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from rich.console import Console
from rich.table import Table

from benchmarks import site
from benchmarks.running import note, run_benchmark
from serverless_stack.local.cloud import LocalCloud

ROOT = Path(__file__).parents[1]
THREADS = 4
LAZY_SECONDS = 3.0  # how long a page is open before it loads its last script

APP = """
import aws_cdk as cdk
from aws_cdk import aws_s3_deployment as s3_deployment
from serverless_stack.constructs import (
    IMMUTABLE, REVALIDATE, CacheRule, Cdn, ContentDeployment, StorageBucket
)

app = cdk.App()
stack = cdk.Stack(app, "Site")
bucket = StorageBucket(stack, "Bucket")
cdn = Cdn(stack, "Cdn", bucket=bucket)
{deployment}
app.synth()
"""
OURS = """ContentDeployment(
    stack, "Content", source="site", bucket=bucket, distributions=[cdn],
    cache_control=[CacheRule("assets/*", IMMUTABLE), CacheRule("*", REVALIDATE)],
)"""
THEIRS = """s3_deployment.BucketDeployment(
    stack, "Content", sources=[s3_deployment.Source.asset("site")],
    destination_bucket=bucket.bucket, distribution=cdn.distribution,
    distribution_paths=["/*"], prune=True,
)"""
TOOLS = {"ContentDeployment": OURS, "BucketDeployment, prune": THEIRS}


@dataclass
class Score:
    """What the crawler saw.

    Attributes:
        loads: The pages that were loaded.
        broken: What a page named and was not there.
        stale: Pages that were older than the build that had been deployed before they were loaded.
    """

    loads: int = 0
    broken: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    paths: int = 0


class Crawler:
    """Viewers that load pages, and what these name, until they are stopped."""

    def __init__(self, url: str, score: Score) -> None:
        self._netloc = urlsplit(url).netloc
        self._score = score
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self.deployed = -1
        self._threads = [threading.Thread(target=self._view, args=(n,)) for n in range(THREADS)]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End, when every open page has loaded what it names."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _view(self, number: int) -> None:
        chance = random.Random(number)
        connection = http.client.HTTPConnection(self._netloc, timeout=30)
        lazy: list[tuple[float, str, str]] = []
        while not self._stopped.is_set() or lazy:
            while lazy and (lazy[0][0] < time.monotonic() or self._stopped.is_set()):
                _due, page, path = lazy.pop(0)
                self._need(connection, page, path)
            if self._stopped.is_set():
                continue
            page = chance.choice(["/index.html", f"/p{chance.randrange(site.PAGES):02}.html"])
            build = self.deployed
            status, text = self._get(connection, page)
            with self._lock:
                self._score.loads += 1
                if status != 200:
                    self._score.broken.append(f"{page}: {status}")
                elif site.build_of(text) < self._wanted(page, build):
                    self._score.stale.append(f"{page}: {site.build_of(text)} after {build}")
            for path in site.references(text):
                if ".chunk." in path or path.endswith(".html"):
                    lazy.append((time.monotonic() + LAZY_SECONDS, page, path))
                else:
                    self._need(connection, page, path)
            time.sleep(0.02)
        connection.close()

    @staticmethod
    def _wanted(page: str, build: int) -> int:
        number = page[2:4]
        return site.version_of(int(number), build) if number.isdigit() else build

    def _need(self, connection: http.client.HTTPConnection, page: str, path: str) -> None:
        status, _text = self._get(connection, path)
        if status != 200:
            with self._lock:
                self._score.broken.append(f"{page} names {path}: {status}")

    @staticmethod
    def _get(connection: http.client.HTTPConnection, path: str) -> tuple[int, str]:
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException):
            connection.close()
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()


def crawl(deployment: str, deployments: int) -> Score:
    """Deploy again and again under load."""
    score = Score()
    folder = Path(tempfile.mkdtemp(prefix="bench-crawl-"))
    try:
        (folder / "app.py").write_text(APP.format(deployment=deployment))
        (folder / "cdk.json").write_text(f'{{"app": "{sys.executable} app.py"}}')
        (folder / "site").mkdir()
        site.write(folder / "site", 0)
        with LocalCloud.start(folder, name="bench") as cloud:
            note("first deployment")
            result = cloud.deploy()
            distribution = result.urls.distributions[0]
            crawler = Crawler(distribution.url, score)
            crawler.deployed = 0
            crawler.start()
            try:
                for build in range(1, deployments + 1):
                    note(f"deployment {build} of {deployments}")
                    site.write(folder / "site", build)
                    start = time.monotonic()
                    cloud.deploy()
                    score.seconds.append(time.monotonic() - start)
                    crawler.deployed = build
                    time.sleep(1)
            finally:
                crawler.stop()
            score.paths = _paths(cloud.environment(), distribution.id)
    finally:
        shutil.rmtree(folder)
    return score


def _paths(environment: dict[str, str], distribution: str) -> int:
    os.environ.update(environment)
    client = boto3.client("cloudfront")
    listed = client.list_invalidations(DistributionId=distribution)["InvalidationList"]
    return sum(
        client.get_invalidation(DistributionId=distribution, Id=each["Id"])["Invalidation"][
            "InvalidationBatch"
        ]["Paths"]["Quantity"]
        for each in listed.get("Items", [])
    )


def main() -> int:
    """Measure and print; 1 if ours broke something."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--deployments", type=int, default=10)
    deployments = parser.parse_args().deployments
    os.environ["PATH"] = f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
    os.environ["PYTHONPATH"] = str(ROOT)
    table = Table("", "pages loaded", "broken", "stale", "paths billed", "s each", title="Crawl")
    scores = {}
    for name, deployment in TOOLS.items():
        note(name)
        scores[name] = crawl(deployment, deployments)
    for name, score in scores.items():
        each = sum(score.seconds) / len(score.seconds)
        table.add_row(
            name,
            f"{score.loads:,}",
            f"{len(score.broken):,}",
            f"{len(score.stale):,}",
            f"{score.paths:,}",
            f"{each:.1f}",
        )
    console = Console()
    console.print(table)
    for name, score in scores.items():
        for line in (*score.broken[:3], *score.stale[:3]):
            console.print(f"{name}: {line}", soft_wrap=True)
    ours = scores["ContentDeployment"]
    return 1 if ours.broken or ours.stale else 0


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
