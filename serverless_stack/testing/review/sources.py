"""The two sides of a review: what the user named, found and read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from serverless_stack.testing.review import assemblies, revisions, synthesis
from serverless_stack.testing.review.errors import SourceError
from serverless_stack.testing.review.revisions import Revision
from serverless_stack.testing.review.stacks import Stack
from serverless_stack.testing.review.template_text import parse

WORKING_TREE = "-"
"""What stands for the CDK app of the working tree, as it is now."""

Reader = Callable[[], list[Stack]]


class Source(Protocol):
    """One side of a review."""

    @property
    def label(self) -> str:
        """What it is, for messages and reports."""

    @property
    def synthesised(self) -> bool:
        """Whether reading it runs an app, which takes seconds."""

    def begin(self, cleanup: ExitStack) -> Reader:
        """Begin with what takes long; the returned function waits for the stacks and gives them.

        Args:
            cleanup: Gets what must be undone at the end, or when the review is given up.

        Raises:
            SourceError: It cannot be read.
        """


@dataclass(frozen=True)
class Files:
    """A template, a folder of templates or a cloud assembly."""

    path: Path
    synthesised = False

    @property
    def label(self) -> str:
        """The path."""
        return str(self.path)

    def begin(self, cleanup: ExitStack) -> Reader:
        """Nothing takes long here."""
        if self.path.is_dir():
            return lambda: assemblies.read_folder(self.path)
        return lambda: assemblies.read_template(self.path)


@dataclass(frozen=True)
class FileAtRevision:
    """A template as it was at a revision: `HEAD~1:template.yaml`."""

    revision: Revision
    path: str
    folder: Path
    synthesised = False

    @property
    def label(self) -> str:
        """The path and the revision."""
        return f"{self.path} at {self.revision.label}"

    def begin(self, cleanup: ExitStack) -> Reader:
        """Nothing takes long here."""
        text = revisions.read_file(self.revision, self.path, self.folder)
        return lambda: [Stack("", parse(text, self.label))]


@dataclass(frozen=True)
class AppFolder:
    """A CDK app as it is in its folder."""

    folder: Path
    label: str
    context: Mapping[str, str] = field(default_factory=dict)
    synthesised = True

    def begin(self, cleanup: ExitStack) -> Reader:
        """Start the synthesis."""
        app = synthesis.read_app(self.folder, self.label, context=self.context)
        return _started(app, cleanup, ())


@dataclass(frozen=True)
class AppAtRevision:
    """A CDK app as it was at a revision."""

    revision: Revision
    folder: Path
    context: Mapping[str, str] = field(default_factory=dict)
    synthesised = True

    @property
    def label(self) -> str:
        """The revision."""
        return self.revision.label

    def begin(self, cleanup: ExitStack) -> Reader:
        """Check the revision out and start the synthesis there."""
        repository = self.revision.repository
        tree = revisions.check_out(self.revision, cleanup)
        app = synthesis.read_app(
            tree / self.folder.resolve().relative_to(repository),
            self.label,
            context=self.context,
            lookups=self.folder / synthesis.CDK_CONTEXT,
        )
        return _started(app, cleanup, revisions.counterparts(tree, repository))


def find(text: str, *, app_dir: Path, context: Mapping[str, str]) -> Source:
    """Tell what the user means; nothing is run yet.

    A path that exists is that path: write `refs/heads/NAME` for a branch that has a folder's name.

    Args:
        text: `-`, a path, a git revision, or `REVISION:PATH`.
        app_dir: The folder of the CDK app, for `-` and revisions.
        context: Context values for the apps that are synthesised.

    Raises:
        SourceError: It is nothing of that.
    """
    path = Path(text)
    if text == WORKING_TREE:
        return AppFolder(app_dir, "the working tree", context)
    if path.is_dir() and (path / synthesis.CDK_JSON).is_file():
        return AppFolder(path, text, context)
    if path.exists():
        return Files(path)
    if not app_dir.is_dir():
        raise SourceError(f"the folder of `--app-dir` must exist, got: {app_dir}")
    name, colon, inside = text.partition(":")
    if _looks_like_a_path(name):
        raise SourceError(f"there is no file or folder {text}")
    revision = revisions.find_revision(name, app_dir.resolve())
    if colon:
        return FileAtRevision(revision, inside, app_dir)
    return AppAtRevision(revision, app_dir, context)


def read(sources: Sequence[Source]) -> list[list[Stack]]:
    """Read the sides; apps are synthesised at the same time.

    Raises:
        SourceError: One of them cannot be read.
    """
    with ExitStack() as cleanup:
        readers = [source.begin(cleanup) for source in sources]
        return [reader() for reader in readers]


def _started(app: synthesis.App, cleanup: ExitStack, first: Sequence[Path]) -> Reader:
    assembly = app.folder / app.command
    if assembly.is_dir():  # `"app": "cdk.out"`, which the CDK CLI allows too
        return lambda: assemblies.read_folder(assembly)
    under_way = synthesis.Synthesis(app, cleanup, first)
    return lambda: assemblies.read_folder(under_way.result())


def _looks_like_a_path(text: str) -> bool:
    return text.startswith(("./", "../", "/", "~")) or text.endswith(
        (".json", ".yaml", ".yml", "/")
    )
