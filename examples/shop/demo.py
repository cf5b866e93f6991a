"""Deploy the shop to a local cloud and send it requests; ``make demo`` runs this.

The CDK CLI deploys app.py as it does to AWS. The requests go through the deployed API and the
deployed distribution. The exit status is 0 only if every check passed. On a terminal the cloud
keeps running, unless DEMO_DOWN=1; otherwise it is stopped.
"""

import os
import signal
import sys
import time
import traceback
from http.client import HTTPException
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from examples.shop.checks import CHECKS, Demo
from serverless_stack.cli.terminal import report_for
from serverless_stack.local.cloud import LocalCloud
from serverless_stack.local.errors import CommandError, LocalCloudError, PrerequisitesError

APP = Path(__file__).parents[2]
BROKEN = (OSError, HTTPException, LookupError, ValueError, BotoCoreError, ClientError)


def demonstrate(cloud: LocalCloud, console: Console) -> Demo:
    """Deploy the app, run every check and print the results."""
    result = cloud.deploy()
    os.environ.pop("AWS_PROFILE", None)
    os.environ.update(cloud.environment())
    demo = Demo(result)
    start = time.monotonic()
    for check in CHECKS:
        try:
            check(demo)
        except BROKEN as error:  # that check has failed; the others still run
            where = traceback.extract_tb(error.__traceback__)[1]
            demo.failures.append(
                f"{check.__name__}, line {where.lineno}: {type(error).__name__}: {error}"
            )
    requests = time.monotonic() - start

    console.print(demo.table)
    update = "update" if not cloud.started_here else "create"
    phases = Table("phase", "seconds", title="Phases")
    phases.columns[1].justify = "right"
    if "DEMO_SETUP_SECONDS" in os.environ:
        phases.add_row("make setup", os.environ["DEMO_SETUP_SECONDS"])
    for phase in cloud.phases:
        phases.add_row(update if phase.name == "deploy" else phase.name, f"{phase.seconds:.1f}")
    phases.add_row("requests", f"{requests:.1f}")
    console.print(phases)
    counted = ", ".join(f"{count} x {status}" for status, count in demo.cache_answers.items())
    console.print(Text(f"Cache answers: {counted}"), soft_wrap=True)
    console.print(Text(f"Invalidation seen: {demo.invalidation}"), soft_wrap=True)
    for api in result.urls.apis:
        console.print(Text(f"API {api.name} ({api.stage}): {api.url}"), soft_wrap=True)
    for distribution in result.urls.distributions:
        console.print(Text(f"CDN {distribution.id}: {distribution.url}"), soft_wrap=True)
    for failure in demo.failures:
        console.print(Text(f"FAILED {failure}", "red"), soft_wrap=True)
    return demo


def main() -> int:
    """Return the exit status."""
    terminal = sys.stdout.isatty()
    keep = terminal and os.environ.get("DEMO_DOWN") != "1"
    console = Console(width=None if terminal else 110)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    cloud: LocalCloud | None = None
    finished = False
    try:
        cloud = LocalCloud.start(APP, report=report_for(console, verbose=False))
        demo = demonstrate(cloud, console)
        finished = True
    except PrerequisitesError as error:
        for problem in error.problems:
            console.print(Text(f"Missing: {problem}"), soft_wrap=True)
        return 2
    except LocalCloudError as error:
        if isinstance(error, CommandError):
            console.print(Text(error.log), soft_wrap=True)
        console.print(Text(f"Error: {error}"), soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Interrupted.")
        return 130
    finally:
        # A cloud that was running before and could not be updated is left to its owner.
        if cloud is not None and not keep and (finished or cloud.started_here):
            cloud.stop()
            console.print("The local cloud was stopped.")
        elif cloud is not None:
            console.print("The local cloud is running; to stop it: serverless-stack local down")
    print(f"demo: {demo.passed} checks passed, {len(demo.failures)} failed")
    return 1 if demo.failures else 0


if __name__ == "__main__":
    sys.exit(main())
