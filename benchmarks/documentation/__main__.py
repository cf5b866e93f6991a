"""Deploy a documentation site twice under load: ``python -m benchmarks.documentation``."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import boto3
from rich.console import Console
from rich.table import Table

from benchmarks.documentation.build import build_all
from benchmarks.documentation.visitors import Answer, Client, Load, crawl_everything
from benchmarks.running import run_benchmark
from serverless_stack.local.cloud import LocalCloud
from serverless_stack.operations.invalidation import send
from tests.browser.chromium import browser, program
from tests.browser.tab import Page, Tab

ROOT = Path(__file__).parents[2]
LOAD_SECONDS = 5.0

APP = """
import aws_cdk as cdk
from serverless_stack.constructs import (
    IMMUTABLE, REVALIDATE, CacheRule, Cdn, ContentDeployment, Site, StorageBucket
)

app = cdk.App()
stack = cdk.Stack(app, "Documentation")
bucket = StorageBucket(stack, "Bucket")
cdn = Cdn(stack, "Cdn", bucket=bucket, site=Site.pages(), cache_tags=True)
ContentDeployment(
    stack, "Content", source="site", bucket=bucket, distributions=[cdn],
    cache_control=[
        CacheRule("assets/javascripts/*.*.min.js*", IMMUTABLE),
        CacheRule("assets/stylesheets/*.*.min.css*", IMMUTABLE),
        CacheRule("*", REVALIDATE),
    ],
    tags={"*.html": "page"},
    skew_protection=cdk.Duration.hours(1),
)
app.synth()
"""


class Report:
    """Figures in a table, and what failed."""

    def __init__(self) -> None:
        self.table = Table("", "", title="Documentation site")
        self.failures: list[str] = []

    def row(self, name: str, value: object) -> None:
        """Add a figure, and show how far it is."""
        text = f"{value:,}" if isinstance(value, int) else str(value)
        print(f"{name}: {text}", file=sys.stderr, flush=True)
        self.table.add_row(name, text)

    def expect(self, name: str, problems: list[str]) -> None:
        """Add the number of problems, which is to be 0."""
        self.row(name, len(problems))
        self.failures += [f"{name}: {problem}" for problem in problems]


def put(build: Path, folder: Path) -> None:
    """Replace the site in a folder by a build."""
    shutil.rmtree(folder / "site", ignore_errors=True)
    shutil.copytree(build, folder / "site")


def pages_of(answers: dict[str, Answer]) -> list[str]:
    """Return the URLs of the pages."""
    return sorted(url for url, answer in answers.items() if answer.is_page)


def browse(tab: Tab, urls: list[str]) -> list[Page]:
    """Open pages, one after the other, in the tab of a visitor."""
    pages = [tab.open(url) for url in urls]
    client = Client(urls[0], keeps_cookies=False)
    for page in pages:
        statuses = {worker: client.get(worker).status for worker in page.workers}
        page.problems += [f"{each} for {url}" for url, each in statuses.items() if each != 200]
    client.close()
    return pages


def build_of(page: Page) -> str:
    """Return the build that the document of a page names."""
    return page.headers.get("x-amz-meta-build", "")


def problems_of(pages: list[Page]) -> list[str]:
    """Return what was wrong with pages."""
    return [f"{page.url}: {problem}" for page in pages for problem in page.problems]


def tags_drop_pages_alone(report: Report, base: str, cloud: LocalCloud, distribution: str) -> None:
    """Invalidate the tag of all pages, and see what is still cached."""
    answers, _broken = crawl_everything(base)
    os.environ.update(cloud.environment())
    client = boto3.client("cloudfront")
    send([], [distribution], tags=["PAGE"], deployment="tags", replaces="", client=client)
    visitor = Client(base, keeps_cookies=False)
    outcomes = {url: visitor.get(url).headers["x-cache"].split()[0] for url in answers}
    visitor.close()
    wrong = [
        f"{url}: {outcome}"
        for url, outcome in outcomes.items()
        if (outcome == "Miss") is not answers[url].is_page
    ]
    report.row("cached answers after 1 tag was invalidated", list(outcomes.values()).count("Hit"))
    report.row("dropped by it", list(outcomes.values()).count("Miss"))
    report.expect("dropped or kept although they have it or not", wrong)


def measure(folder: Path, builds: list[Path], report: Report) -> None:
    """Deploy both builds, and look at them."""
    (folder / "app.py").write_text(APP)
    (folder / "cdk.json").write_text(f'{{"app": "{sys.executable} app.py"}}')
    put(builds[0], folder)
    with LocalCloud.start(folder, name="documentation") as cloud, browser() as chromium:
        began = time.monotonic()
        (distribution,) = cloud.deploy().urls.distributions
        base = distribution.url
        report.row("first deployment, s", f"{time.monotonic() - began:.1f}")
        answers, broken = crawl_everything(base)
        old_pages = pages_of(answers)
        report.row("pages", len(old_pages))
        report.row("URLs of pages and what they name", len(answers))
        report.expect("broken URLs", broken)
        reader = chromium.visitor()
        opened = browse(reader, old_pages)
        report.row("requests of Chromium to the site", sum(len(page.statuses) for page in opened))
        report.expect("errors in Chromium", problems_of(opened))

        load = Load(base)
        load.start()
        try:
            time.sleep(LOAD_SECONDS)
            put(builds[1], folder)
            began = time.monotonic()
            cloud.deploy()
            report.row("second deployment under load, s", f"{time.monotonic() - began:.1f}")
            time.sleep(LOAD_SECONDS)
        finally:
            load.stop()
        score = load.score
        report.row("visits under load", ", ".join(f"{n} {k}" for k, n in score.visits.items()))
        report.row("requests under load", score.requests)
        report.row("pages by build", ", ".join(f"{n} of {k}" for k, n in score.builds.items()))
        report.expect("broken requests under load", score.broken)
        report.expect("visits with cookies that mixed builds", score.mixed)

        began_with = {build_of(page) for page in opened}
        kept = browse(reader, old_pages)
        report.expect("errors of the tab that was open before", problems_of(kept))
        wrong = [page.url for page in kept if {build_of(page)} != began_with]
        report.expect("pages of the open tab of another build", wrong)
        answers, broken = crawl_everything(base)
        report.expect("broken URLs of the second build", broken)
        new = browse(chromium.visitor(), pages_of(answers))
        report.expect("errors of a new visitor", problems_of(new))
        wrong = [page.url for page in new if build_of(page) in {*began_with, ""}]
        report.expect("pages of the new visitor of the first build", wrong)
        tags_drop_pages_alone(report, base, cloud, distribution.id)


def main() -> int:
    """Build, measure and print; 1 if something is broken."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--builds", type=Path, help="Where the builds are kept for another run.")
    arguments = parser.parse_args()
    if program() is None:
        print("Chromium is missing", file=sys.stderr)
        return 1
    os.environ["PATH"] = f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
    os.environ["PYTHONPATH"] = str(ROOT)
    report = Report()
    with tempfile.TemporaryDirectory(prefix="bench-documentation-") as temporary:
        builds = build_all((arguments.builds or Path(temporary) / "builds").absolute())
        for number, build in enumerate(builds, start=1):
            report.row(f"files of build {number}", sum(p.is_file() for p in build.rglob("*")))
        folder = Path(temporary) / "app"
        folder.mkdir()
        measure(folder, builds, report)
    Console().print(report.table)
    for failure in report.failures:
        print(failure, file=sys.stderr)
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(run_benchmark(main))
