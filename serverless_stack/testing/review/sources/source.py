"""The sides of a review: what an argument stands for, and how to read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from serverless_stack.testing.review.model import Stack
from serverless_stack.testing.review.sources import files, revisions, synthesis
from serverless_stack.testing.review.sources.revisions import Revision
from serverless_stack.testing.template_text import SourceError, parse

WORKING_TREE = "-"
"""The argument for the CDK app of the working tree."""

Reader = Callable[[], list[Stack]]


@dataclass(frozen=True)
class Source:
    """A side of a review.

    Attributes:
        label: The name for messages and reports.
        begin: Start what takes long, and return a function that waits for the stacks. Its argument
            receives what must be undone at the end, or when the review is interrupted.
        synthesised: Whether reading it runs an app, which takes seconds.
    """

    label: str
    begin: Callable[[ExitStack], Reader]
    synthesised: bool = False


def find(text: str, *, app_dir: Path, context: Mapping[str, str]) -> Source:
    """Return what an argument stands for, without running anything.

    A path takes precedence: write `refs/heads/NAME` for a branch that has a folder's name.

    Args:
        text: `-`, a path, a git revision, or `REVISION:PATH`.
        app_dir: The folder of the CDK app, for `-` and revisions.
        context: Context values for the apps.

    Raises:
        SourceError: It is none of those.
    """
    path = Path(text)
    if text == WORKING_TREE:
        return _app(app_dir, "the working tree", context)
    if path.is_dir() and (path / synthesis.CDK_JSON).is_file():
        return _app(path, text, context)
    if path.exists():
        return Source(text, lambda cleanup: lambda: files.read(path))
    if not app_dir.is_dir():
        raise SourceError(f"`--app-dir` must be a folder, got: {app_dir}")
    name, colon, inside = text.partition(":")
    if _looks_like_a_path(name):
        raise SourceError(f"there is no file or folder {text}")
    revision = revisions.find_revision(name, app_dir.resolve())
    if colon:
        return _file_at(revision, inside, app_dir)
    return _app_at(revision, app_dir, context)


def read(sources: Sequence[Source]) -> list[list[Stack]]:
    """Return the stacks of each side; apps are synthesised at the same time.

    Raises:
        SourceError: A side cannot be read.
    """
    with ExitStack() as cleanup:
        readers = [source.begin(cleanup) for source in sources]
        return [reader() for reader in readers]


def _app(folder: Path, label: str, context: Mapping[str, str]) -> Source:
    """Return a CDK app as it is in its folder."""

    def begin(cleanup: ExitStack) -> Reader:
        return _begin(synthesis.read_app(folder, label, context=context), cleanup, ())

    return Source(label, begin, synthesised=True)


def _app_at(revision: Revision, folder: Path, context: Mapping[str, str]) -> Source:
    """Return a CDK app as it was at a revision."""

    def begin(cleanup: ExitStack) -> Reader:
        repository = revision.repository
        tree = revisions.check_out(revision, cleanup)
        app = synthesis.read_app(
            tree / folder.resolve().relative_to(repository),
            revision.label,
            context=context,
            lookups=folder / synthesis.CDK_CONTEXT,
        )
        return _begin(app, cleanup, revisions.counterparts(tree, repository))

    return Source(revision.label, begin, synthesised=True)


def _file_at(revision: Revision, path: str, folder: Path) -> Source:
    """Return a template as it was at a revision."""
    label = f"{path} at {revision.label}"

    def begin(cleanup: ExitStack) -> Reader:
        text = revisions.read_file(revision, path, folder)
        return lambda: [Stack("", parse(text, label))]

    return Source(label, begin)


def _begin(app: synthesis.App, cleanup: ExitStack, first: Sequence[Path]) -> Reader:
    assembly = app.folder / app.command
    if assembly.is_dir():  # `"app": "cdk.out"`, which the CDK CLI accepts too
        return lambda: files.read(assembly)
    running = synthesis.Synthesis(app, cleanup, first)
    return lambda: files.read(running.result())


def _looks_like_a_path(text: str) -> bool:
    return text.startswith(("./", "../", "/", "~")) or text.endswith(
        (".json", ".yaml", ".yml", "/")
    )
