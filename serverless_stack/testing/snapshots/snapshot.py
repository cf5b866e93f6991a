"""`assert stack == template_snapshot`: one YAML file per test, and a review when it differs."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from syrupy.assertion import SnapshotAssertion
from syrupy.data import SnapshotCollection
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from serverless_stack.testing.review import Review, render, review
from serverless_stack.testing.snapshots import rendering
from serverless_stack.testing.snapshots.scrubbing import Rule, Scrub, scrub
from serverless_stack.testing.templates import template_of

if TYPE_CHECKING:
    from aws_cdk.assertions import Template
    from constructs import IConstruct

_DIFF_LINES = 40


class TemplateSnapshotExtension(SingleFileSnapshotExtension):
    """Keeps each snapshot in `__snapshots__/<test file>/<test>.template.yaml`."""

    _write_mode = WriteMode.TEXT
    file_extension = "template.yaml"

    @classmethod
    def write_snapshot_collection(
        cls,
        *,
        snapshot_collection: SnapshotCollection,
        name_order: dict[str, int] | None = None,
    ) -> None:
        """Write a file whose bytes are the same on every system."""
        for snapshot in snapshot_collection:
            Path(snapshot_collection.location).write_text(
                str(snapshot.data), encoding="utf-8", newline="\n"
            )


class TemplateSnapshot:
    """What `template_snapshot` gives: equal to a thing whose template is as the file says.

    Comparing raises an `AssertionError` with the review of old and new template when they differ.

    Args:
        snapshot: Syrupy's own snapshot of the running test.
        root: The folder that messages name files from.
        allowed: Logical ids and construct paths of resources whose data may be lost.
        name: A name for the file, for tests with several snapshots; by default they are numbered.
        rules: What to scrub beside CDK's own.
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self,
        snapshot: SnapshotAssertion,
        *,
        root: Path,
        allowed: Collection[str] = (),
        name: str = "",
        rules: tuple[Rule, ...] = (),
    ) -> None:
        self._snapshot = snapshot
        self._root = root
        self._allowed = frozenset(allowed)
        self._name = name
        self._rules = rules

    def __call__(self, *, name: str = "", scrub: Scrub = ()) -> TemplateSnapshot:
        """Give this snapshot with a name, or with more that is scrubbed.

        Args:
            name: A name for the file, for tests with several snapshots.
            scrub: What else to replace: see :func:`serverless_stack.testing.scrub`. It adds to
                what was given before.
        """
        rules = (scrub,) if isinstance(scrub, Mapping) or callable(scrub) else tuple(scrub)
        return TemplateSnapshot(
            self._snapshot,
            root=self._root,
            allowed=self._allowed,
            name=name or self._name,
            rules=(*self._rules, *rules),
        )

    def __repr__(self) -> str:
        return f"template_snapshot(name={self._name!r})" if self._name else "template_snapshot"

    def __eq__(self, thing: object) -> bool:
        """Compare a Stack, a construct, a Template or a mapping with the file."""
        __tracebackhide__ = True
        self._check(thing)  # type: ignore[arg-type] # whatever it is, template_of judges it
        return True

    def _check(self, thing: IConstruct | Template | Mapping[str, object]) -> None:
        __tracebackhide__ = True
        scrubbed = scrub(template_of(thing), self._rules)
        new = rendering.render(scrubbed.template, scrubbed.replaced)
        file = self._file()
        old = file.read_text("utf-8") if file.is_file() else None
        if old is not None and old != new and self._snapshot.update_snapshots:
            self._require_allowed(file, old, new)
        elif old is not None and rendering.without_head(old) == rendering.without_head(new):
            new = old  # another version of the kit says other things at the head of the file
        if self._syrupy_says(new):
            return
        if old is None:
            raise AssertionError(
                f"there is no snapshot {self._shown(file)} yet: write it by "
                "`pytest --snapshot-update`, and read it"
            )
        raise AssertionError(self._difference(file, old, new))

    def _file(self) -> Path:
        index = self._name or self._snapshot.index
        return Path(
            self._snapshot.extension.get_location(
                test_location=self._snapshot.test_location, index=index
            )
        )

    def _syrupy_says(self, text: str) -> bool:
        return bool(self._snapshot(name=self._name or None) == text)

    def _shown(self, file: Path) -> str:
        return Path(os.path.relpath(file, self._root)).as_posix()

    def _review(self, file: Path, old: str, new: str) -> Review:
        __tracebackhide__ = True
        shown = self._shown(file)
        try:
            before = rendering.parse(old, shown)
        except ValueError as error:
            raise AssertionError(
                f"{shown} cannot be compared, since it cannot be read: {error}\n"
                "Restore it, or delete it and write it anew by `pytest --snapshot-update`."
            ) from error
        return review(before, rendering.parse(new))

    def _require_allowed(self, file: Path, old: str, new: str) -> None:
        """Refuse to write what would lose data, unless the resource is named."""
        __tracebackhide__ = True
        refused = [
            change
            for change in self._review(file, old, new).data_losses
            if self._allowed.isdisjoint(change.names)
        ]
        if not refused:
            return
        # Syrupy must see the comparison, else it deletes the file as unused; but not write it.
        self._snapshot.update_snapshots = False
        try:
            self._syrupy_says(new)
        finally:
            self._snapshot.update_snapshots = True
        options = " ".join(
            f"--allow-replacement {change.construct_path or change.logical_id}"
            for change in refused
        )
        raise AssertionError(
            f"{self._shown(file)} was not updated, since data would be lost:\n\n"
            f"{render(Review(tuple(refused)))}\n\n"
            f"If that is meant: pytest --snapshot-update {options}"
        )

    def _difference(self, file: Path, old: str, new: str) -> str:
        __tracebackhide__ = True
        found = self._review(file, old, new)
        if found:
            return f"the template is not as in {self._shown(file)}:\n\n{render(found)}"
        lines = list(
            difflib.unified_diff(
                old.splitlines(), new.splitlines(), "snapshot", "now", n=1, lineterm=""
            )
        )
        more = [f"... and {len(lines) - _DIFF_LINES} lines"] * (len(lines) > _DIFF_LINES)
        shown = "\n".join([*lines[:_DIFF_LINES], *more])
        return (
            f"the text is not as in {self._shown(file)}, although no resource changes:\n\n{shown}"
        )
