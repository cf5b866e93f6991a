"""The pictures of the documentation, and how each is made."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from serverless_stack.cli.commands.review.picture import picture
from serverless_stack.diagrams import LayoutEngine, graph, layout, stacks_of, to_svg
from serverless_stack.diagrams.layout.elk import Direction
from serverless_stack.testing.review.compare.stacks import compare
from serverless_stack.testing.review.model import Stack
from tests.diagrams import apps
from tests.pictures import project
from tests.pictures.console import NAMES, screenshot
from tests.pictures.terminal import Screen, command_line, figure, run

REPOSITORY = Path(__file__).parents[2]
_ELK = REPOSITORY / "node_modules" / "elkjs" / "lib" / "elk.bundled.js"
FOLDER = REPOSITORY / "docs" / "pictures"


@dataclass(frozen=True)
class Picture:
    """A file of `docs/pictures`.

    Attributes:
        name: Its name.
        make: Return its content.
        cheap: Whether a test makes it again, and compares.
    """

    name: str
    make: Callable[[], str | bytes]
    cheap: bool = True


@contextmanager
def assembly(app: Path) -> Iterator[Path]:
    """Synthesize an app without packaging anything, and return the folder of its assembly."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "CDK_OUTDIR": folder,
            "CDK_VALIDATION": "false",
            "CDK_CONTEXT_JSON": json.dumps({"aws:cdk:bundling-stacks": []}),
        }
        subprocess.run([sys.executable, app.name], cwd=app.parent, env=environment, check=True)
        yield Path(folder)


def diagram(app: str, direction: Direction = "right") -> Callable[[], str]:
    """Return what draws the diagram of an app of this repository."""

    def make() -> str:
        with assembly(REPOSITORY / app) as folder:
            return to_svg(layout(graph(stacks_of(folder)), _engine(), direction))

    return make


def store() -> str:
    """Draw the application of 150 resources."""
    return to_svg(layout(graph(apps.large()), _engine(), "down"))


def change() -> str:
    """Draw a change of the shop."""
    old, new = [
        [Stack(stack.name, stack.template) for stack in side]
        for side in (apps.shop(), apps.changed_shop())
    ]
    comparison = compare(old, new, old_label="old", new_label="new")
    return to_svg(layout(picture(comparison, old, new), _engine(), "down"))


def _engine() -> LayoutEngine:
    node = shutil.which("node")
    if node is None:
        raise RuntimeError("node is missing; run `make setup`")
    return LayoutEngine(Path(node), _ELK)


def local_deploy() -> str:
    """Deploy app.py to a local cloud, and return the screen; the cloud is taken down."""
    lines = ("serverless-stack local deploy", "serverless-stack local down")
    (deployed, screen), (_down, _text) = [run(command_line(line), REPOSITORY, {}) for line in lines]
    if deployed:
        raise RuntimeError(f"{lines[0]}: exit status {deployed}:\n{screen}")
    return figure("The shop in the local cloud", [(lines[0], Screen(screen))])


def mistakes() -> str:
    """Mistype a command, an option and a command of a group, and return the screens."""
    lines = (
        "serverless-stack deploy",
        "serverless-stack check --strit",
        "serverless-stack local stauts",
    )
    screens = [(line, Screen(run(command_line(line), REPOSITORY, {})[1])) for line in lines]
    return figure("Mistakes, answered", screens)


def doctor() -> str:
    """Look at this machine as if memcached were missing, and return the screen."""
    line = "serverless-stack doctor"
    with tempfile.TemporaryDirectory() as folder:
        for program in ("node", "npm", "cdk", "redis-server"):
            found = shutil.which(program)
            if found is not None:
                (Path(folder) / program).symlink_to(found)
        status, text = run(command_line(line), REPOSITORY, {"PATH": folder})
    if status != 1:
        raise RuntimeError(f"{line}: exit status {status}:\n{text}")
    for place, name in ((folder, "/usr/bin"), (str(REPOSITORY), "~/shop"), (str(Path.home()), "~")):
        text = text.replace(place, name)
    return figure("What this machine lacks", [(line, Screen(text))])


PICTURES = (
    Picture("shop.svg", diagram("app.py", "down")),
    Picture("store.svg", store, cheap=False),
    Picture("change.svg", change, cheap=False),
    Picture("local-deploy.html", local_deploy, cheap=False),
    Picture("mistakes.html", mistakes),
    Picture("doctor.html", doctor, cheap=False),
    Picture("init.html", project.init),
    Picture("watch.html", project.watch, cheap=False),
    Picture("logs.html", project.logs, cheap=False),
    *(Picture(f"console-{name}.png", screenshot(name), cheap=False) for name in NAMES),
)
