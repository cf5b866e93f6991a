"""The output of the commands of the local cloud."""

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.text import Text

from serverless_stack._shared.text import visible_line
from serverless_stack.cli.output import Output
from serverless_stack.local import endpoint
from serverless_stack.local.cdk.stacks import list_stacks
from serverless_stack.local.cloud import DEFAULT_NAME, DeployResult, LocalCloud
from serverless_stack.local.processes import emulator as emulator_process
from serverless_stack.local.processes.ports import LOOPBACK
from serverless_stack.local.urls import Urls

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_ACTIONS = {
    "mark": "objects hidden by a delete marker",
    "delete": "objects deleted",
    "delete-version": "versions deleted",
    "move": "objects moved to another storage class",
    "abort": "uploads removed",
}


def show_cloud(console: Console, cloud: LocalCloud) -> None:
    """Print the endpoints of a running cloud."""
    state = cloud.state
    _show_pairs(
        console,
        f"Local cloud `{cloud.name}` (process {state.pid})",
        {
            "AWS endpoint": cloud.endpoint_url,
            "APIs": f"http://{LOOPBACK}:{state.api_port}/",
            "CDN": f"http://{LOOPBACK}:{state.cdn_port}/",
            "Console": endpoint.console_link(state),
        },
    )


def show_urls(console: Console, urls: Urls) -> None:
    """Print the URLs of APIs, distributions and functions."""
    pairs = {f"{api.name} ({api.stage})": api.url for api in urls.apis}
    pairs |= {f"distribution {item.id}": item.url for item in urls.distributions}
    pairs |= {f"function {item.name}": item.url for item in urls.functions}
    _show_pairs(console, "Open in a browser", pairs)


def show_deployment(output: Output, result: DeployResult) -> None:
    """Print the URLs and the outputs of each stack."""
    document = {"phases": content_of(result.phases), "outputs": result.outputs}
    output.document(document | _urls_content(result.urls))
    show_urls(output.console, result.urls)
    for stack, outputs in result.outputs.items():
        _show_pairs(output.console, f"Outputs of {stack}, as on AWS", outputs)


def days_of(duration: str) -> float:
    """Return the days of a duration such as ``30d``.

    Args:
        duration: A whole number with ``h``, ``d`` or ``w``.

    Raises:
        BadParameter: It is no such text.
    """
    found = re.fullmatch(r"([0-9]{1,6})([hdw])", duration)
    if found is None:
        raise typer.BadParameter(
            "`DURATION` must be a whole number with h, d or w for hours, days or weeks, such as "
            f"30d, got: {duration!r}"
        )
    return int(found[1]) * {"h": 1 / 24, "d": 1, "w": 7}[found[2]]


def show_ageing(output: Output, report: Mapping[str, Mapping[str, int]], by: str) -> None:
    """Print what lifecycle rules did."""
    output.document({"buckets": report})
    if not report:
        output.line(f"All objects are {by} older. No lifecycle rule acted.")
    for bucket, counts in report.items():
        done = [f"{_ACTIONS[kind]}: {count}" for kind, count in counts.items()]
        output.line(f"{bucket}: {', '.join(done)}")


def show_status(output: Output, cloud: LocalCloud) -> None:
    """Print the state of a running cloud."""
    state, urls = cloud.state, cloud.urls()
    stacks = list_stacks(state)
    document = {
        "running": True,
        "name": cloud.name,
        "app_dir": state.app_dir,
        "home": cloud.home,
        "pid": state.pid,
        "uptime_seconds": round(state.uptime_seconds, 1),
        "endpoint_url": cloud.endpoint_url,
        "ports": {"gateway": state.gateway_port, "api": state.api_port, "cdn": state.cdn_port},
        **_urls_content(urls),
        "stacks": content_of(stacks),
    }
    output.document(document)
    console = output.console
    show_cloud(console, cloud)
    for place in dict.fromkeys(stack.environment for stack in stacks):
        statuses = {stack.name: stack.status for stack in stacks if stack.environment == place}
        _show_pairs(console, f"Stacks in {place}", statuses)
    show_urls(console, urls)
    _show_pairs(
        console,
        "Files",
        {
            "app": state.app_dir,
            "CDK CLI": str(cloud.home / "cdk.log"),
            "logs": str(emulator_process.logs_of(cloud.home)),
        },
    )


def content_of(items: Iterable["DataclassInstance"]) -> list[dict[str, object]]:
    """Return value objects as JSON has them."""
    return [asdict(item) for item in items]


def _urls_content(urls: Urls) -> dict[str, object]:
    return {
        "urls": {
            "apis": content_of(urls.apis),
            "distributions": content_of(urls.distributions),
        },
        "function_urls": content_of(urls.functions),
    }


def show_stopped(output: Output, app_dir: Path, name: str) -> None:
    """Print that a cloud is not running."""
    output.document({"running": False, "name": name, "app_dir": app_dir})
    output.line(f"The local cloud `{name}` of {app_dir} is not running.")
    output.message("Start it with `serverless-stack local up`, or with `local deploy`.")


def show_next(console: Console, cloud: LocalCloud, *commands: str) -> None:
    """Print commands that may follow."""
    options = "" if cloud.name == DEFAULT_NAME else f" --name {cloud.name}"
    if cloud.app_dir != Path.cwd():
        options += f" --app-dir {shlex.quote(str(cloud.app_dir))}"
    console.print()
    console.print(Text("Next", "bold"))
    for command in commands:
        console.print(
            Text(visible_line(f"  serverless-stack local {command}{options}")), soft_wrap=True
        )


def _show_pairs(console: Console, title: str, pairs: Mapping[str, str]) -> None:
    """Print a title and lines of name and value, which Rich does not wrap, to be copied."""
    if not pairs:
        return
    console.print()
    console.print(Text(visible_line(title), "bold"))
    safe = {visible_line(name): visible_line(str(value)) for name, value in pairs.items()}
    width = max(map(len, safe))
    for name, value in safe.items():
        line = Text("  ").append(name.ljust(width), "cyan").append(f"  {value}")
        console.print(line, soft_wrap=True)
