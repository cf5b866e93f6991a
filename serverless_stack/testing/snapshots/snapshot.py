"""`assert stack == template_snapshot`: a YAML file per test, and a review if it differs."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard
from weakref import WeakKeyDictionary

from syrupy.assertion import SnapshotAssertion
from syrupy.data import SnapshotCollection
from syrupy.extensions.base import AbstractSyrupyExtension
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from serverless_stack._shared.text import counted
from serverless_stack.testing.review import Review, render
from serverless_stack.testing.review.compare.stacks import review_stacks
from serverless_stack.testing.snapshots import rendering
from serverless_stack.testing.snapshots.scrubbing import Rule, Scrub, scrub_stacks
from serverless_stack.testing.templates import stacks_of

if TYPE_CHECKING:
    from aws_cdk import Stack
    from aws_cdk.assertions import Template
    from constructs import IConstruct
    from syrupy.location import PyTestLocation
    from syrupy.types import SnapshotIndex

_texts: WeakKeyDictionary[Stack, str] = WeakKeyDictionary()
_DIFF_LINES = 40
_DIGEST_CHARACTERS = 32


class TemplateSnapshotExtension(SingleFileSnapshotExtension):
    """Syrupy's store of snapshots in `__snapshots__/<test file>/<test>.template.yaml`."""

    _write_mode = WriteMode.TEXT
    file_extension = "template.yaml"

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0) -> str:
        """Return a name that no other snapshot of the module has, on any file system.

        Syrupy omits characters and cuts names; file systems may ignore case. Such a name gets a
        digest of the whole name.
        """
        exact = AbstractSyrupyExtension.get_snapshot_name(test_location=test_location, index=index)
        name = super().get_snapshot_name(test_location=test_location, index=index)
        test = test_location.snapshot_name
        cases = exact.removeprefix(f"{test_location.classname}.")
        brackets = "][" in test or (isinstance(index, str) and not {"[", "]"}.isdisjoint(index))
        alike = _has_rival(test_location)
        if name == exact and cases == cases.lower() and exact.isascii() and not (brackets or alike):
            return name
        identity = json.dumps([test, index]).encode()
        digest = hashlib.sha256(identity).hexdigest()[:_DIGEST_CHARACTERS]
        return f"{name[: cls._max_stem_length() - len(digest) - 1]}-{digest}"

    @classmethod
    def matches_test_location(
        cls, *, test_location: PyTestLocation, snapshot_location: str
    ) -> bool:
        """Return whether a file is of a test, as Syrupy does.

        Syrupy asks for each file and each test, which is slow for some hundred cases of a test:
        their names, unless they were cut, answer first.
        """
        test = test_location.snapshot_name_parametrized
        name = os.path.basename(snapshot_location)
        is_whole = test_location.is_item_parametrized and len(test) <= cls._max_stem_length()
        if is_whole and not name.startswith(test) and Path(name).stem != test_location.basename:
            return False
        return super().matches_test_location(
            test_location=test_location, snapshot_location=snapshot_location
        )

    @classmethod
    def write_snapshot_collection(
        cls,
        *,
        snapshot_collection: SnapshotCollection,
        name_order: dict[str, int] | None = None,
    ) -> None:
        """Write a file with the same bytes on every system."""
        for snapshot in snapshot_collection:
            Path(snapshot_collection.location).write_text(
                str(snapshot.data), encoding="utf-8", newline="\n"
            )


def _text_of(thing: IConstruct | Template | Mapping[str, object], rules: tuple[Rule, ...]) -> str:
    """Return the text of a snapshot. That of a stack without more rules is rendered once."""
    stacks = stacks_of(thing)  # which refuses a stack that has more constructs by now
    if rules or not _is_stack(thing):
        return rendering.render_stacks(*scrub_stacks(stacks, rules))
    if thing not in _texts:
        _texts[thing] = rendering.render_stacks(*scrub_stacks(stacks))
    return _texts[thing]


def _is_stack(thing: object) -> TypeGuard[Stack]:
    if isinstance(thing, Mapping):
        return False
    import aws_cdk as cdk

    return isinstance(thing, cdk.Stack)


def _has_rival(test_location: PyTestLocation) -> bool:
    """Return whether another class of the test's module has the same name in another case."""
    names = (test_location.classname or "").split(".")
    module = getattr(getattr(test_location, "item", None), "module", None)
    around = [name.lower() for name in vars(module)] if module is not None else []
    return len(names) > 1 or around.count(names[0].lower()) > 1


class TemplateSnapshot:
    """The value of the fixture `template_snapshot`, which equals a stack that is as in its file.

    If they differ, the comparison raises an `AssertionError` with the review of the change.

    Args:
        snapshot: Syrupy's snapshot of the running test.
        root: The folder that messages name files from.
        allowed: Logical ids and construct paths of resources that may lose data.
        name: A name for the file, for tests with several snapshots. Default: they are numbered.
        rules: What to scrub in addition to CDK's churn.
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
        """Return this snapshot with a name, or with more scrubbing.

        Args:
            name: A name for the file, for tests with several snapshots.
            scrub: What to replace, as for :func:`serverless_stack.testing.scrub`, in addition to
                earlier rules.
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
        """Compare a stack, a construct, a `Template` or a mapping with the file."""
        __tracebackhide__ = True
        self._check(thing)  # type: ignore[arg-type] # stacks_of refuses other types
        return True

    def _check(self, thing: IConstruct | Template | Mapping[str, object]) -> None:
        __tracebackhide__ = True
        new = _text_of(thing, self._rules)
        file = self._file()
        old = file.read_text("utf-8") if file.is_file() else None
        if old is not None and old != new and self._snapshot.update_snapshots:
            self._require_allowed(file, old, new)
        elif old is not None and rendering.without_head(old) == rendering.without_head(new):
            new = old  # only the comments at the head differ, as after an update of this package
        if self._equals(new):
            return
        if old is None:
            raise AssertionError(
                f"snapshot {self._shown(file)} does not exist yet: write it with "
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

    def _equals(self, text: str) -> bool:
        """Return whether Syrupy's snapshot equals a text; Syrupy writes it in an update."""
        return bool(self._snapshot(name=self._name or None) == text)

    def _shown(self, file: Path) -> str:
        return Path(os.path.relpath(file, self._root)).as_posix()

    def _review(self, file: Path, old: str, new: str) -> Review:
        __tracebackhide__ = True
        shown = self._shown(file)
        try:
            before = rendering.parse_stacks(old, shown)
        except ValueError as error:
            raise AssertionError(
                f"{shown} cannot be read: {error}\n"
                "Restore it, or delete it and write it with `pytest --snapshot-update`."
            ) from error
        return review_stacks(before, rendering.parse_stacks(new))

    def _require_allowed(self, file: Path, old: str, new: str) -> None:
        """Refuse to write a loss of data, unless the resource is allowed."""
        __tracebackhide__ = True
        refused = [
            change
            for change in self._review(file, old, new).data_losses
            if self._allowed.isdisjoint(change.names)
        ]
        if not refused:
            return
        # Syrupy deletes files that it did not compare. It must compare this one without writing.
        self._snapshot.update_snapshots = False
        try:
            self._equals(new)
        finally:
            self._snapshot.update_snapshots = True
        options = " ".join(
            f"--allow-replacement {change.construct_path or change.logical_id}"
            for change in refused
        )
        raise AssertionError(
            f"{self._shown(file)} was not updated, because data would be lost:\n\n"
            f"{render(Review(tuple(refused)))}\n\n"
            f"To allow it: pytest --snapshot-update {options}"
        )

    def _difference(self, file: Path, old: str, new: str) -> str:
        __tracebackhide__ = True
        review = self._review(file, old, new)
        if review:
            return f"the template differs from {self._shown(file)}:\n\n{render(review)}"
        lines = list(
            difflib.unified_diff(
                old.splitlines(), new.splitlines(), "snapshot", "now", n=1, lineterm=""
            )
        )
        more = [f"... and {counted(len(lines) - _DIFF_LINES, 'line')}"] * (len(lines) > _DIFF_LINES)
        shown = "\n".join([*lines[:_DIFF_LINES], *more])
        return f"the text differs from {self._shown(file)}, but no resource changes:\n\n{shown}"
