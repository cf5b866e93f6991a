"""`serverless-stack local console`: the page that shows what is in the local cloud."""

import os
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from serverless_stack.cli.commands.local.options import Name
from serverless_stack.cli.errors import handled
from serverless_stack.cli.options import AppDir, Json, Quiet
from serverless_stack.cli.output import Output
from serverless_stack.local import endpoint
from serverless_stack.local.cloud import DEFAULT_NAME, LocalCloud

_OPENED = "The console was opened in your browser."
_NOT_OPENED = "Open this link in a browser. It works once; run the command again for another one."


def console(
    opens: Annotated[
        bool | None,
        typer.Option(
            "--open/--no-open", help="Open a browser.", show_default="if this is a terminal"
        ),
    ] = None,
    app_dir: AppDir = Path("."),
    name: Name = DEFAULT_NAME,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Open the console: requests, logs, caches, CDN, buckets and queues of the local cloud.

    The link works once, in one browser.

    Example: serverless-stack local console

    JSON: url.

    Exit status: 0 if there is a link, 1 if no cloud is running.
    """
    output = Output(as_json, quiet)
    with handled():
        url = endpoint.console_link(LocalCloud.attach(app_dir, name=name).state)
        wanted = sys.stdout.isatty() and not output.is_silent if opens is None else opens
        is_opened = wanted and _has_screen() and webbrowser.open(url)
        output.document({"url": url})
        output.line(url)
        output.message(_OPENED if is_opened else _NOT_OPENED)


def _has_screen() -> bool:
    """Return whether a browser has a screen; without one, Python would open one in the terminal."""
    variables = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "BROWSER")
    return sys.platform == "darwin" or any(os.environ.get(name) for name in variables)
