"""What a new cloud assembly changes: nothing, code and content alone, or constructs."""

import os
import re
import zipfile
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from serverless_stack.local.cdk.assembly import Stack, Template

_ID = re.compile(r"[0-9a-f]{64}")
_PARTS = frozenset({"Resource", "Default", "Permissions"})
_CODE_TYPES = {"AWS::Lambda::Function": "Code", "AWS::Lambda::LayerVersion": "Content"}


@dataclass(frozen=True)
class Change:
    """A stack that changes.

    Attributes:
        stack: The stack.
        before: What is deployed of it.
        resources: The paths of the constructs that change.
        is_code: Whether nothing changes but the files of assets, so that only their ids differ.
    """

    stack: Stack
    before: Stack
    resources: tuple[str, ...]
    is_code: bool


@dataclass(frozen=True)
class Comparison:
    """What a new assembly changes.

    Attributes:
        changes: The stacks that change, in the order of the assembly.
        added: The names of the stacks that are new.
        removed: The names of the stacks that are missing.
    """

    changes: tuple[Change, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to deploy."""
        return not (self.changes or self.added or self.removed)

    @property
    def is_code(self) -> bool:
        """Whether nothing but code and content changes."""
        return not (self.added or self.removed) and all(change.is_code for change in self.changes)

    @property
    def names(self) -> tuple[str, ...]:
        """What changes, by the paths of its constructs, or the names of whole stacks."""
        paths = [path for change in self.changes for path in change.resources]
        return tuple(dict.fromkeys([*self.added, *self.removed, *paths]))


def compare(before: Sequence[Stack], after: Sequence[Stack]) -> Comparison:
    """Compare the stacks of two cloud assemblies.

    Args:
        before: The stacks that are deployed.
        after: The stacks to deploy.
    """
    old = {stack.name: stack for stack in before}
    new = {stack.name: stack for stack in after}
    changes = [
        change
        for name, stack in new.items()
        if name in old and (change := _change(old[name], stack)) is not None
    ]
    return Comparison(
        tuple(changes),
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
    )


def function_assets(stack: Stack) -> set[str]:
    """Return the ids of the assets that are the code of functions and layers."""
    found = set()
    for template in stack.templates:
        for _path, kind, properties in template.resources():
            code = properties.get(_CODE_TYPES.get(kind, ""))
            if code is not None:
                found |= set(_ID.findall(str(code)))
    return found & set(stack.assets)


def code_of(stack: Stack) -> dict[str, str]:
    """Return the id of the asset that is the code of each function, by its construct's path."""
    found = {}
    for template in stack.templates:
        for path, kind, properties in template.resources():
            if kind == "AWS::Lambda::Function":
                ids = set(_ID.findall(str(properties.get("Code")))).intersection(stack.assets)
                if len(ids) == 1:
                    found[path] = ids.pop()
    return found


def _change(before: Stack, after: Stack) -> Change | None:
    if before.templates == after.templates and _plain(before) == _plain(after):
        return None
    ids = {*before.assets, *after.assets}
    is_code = (
        not after.images
        and len(before.templates) == len(after.templates)
        and _plain(before) == _plain(after)
        and before.environment == after.environment
        and all(
            _without(old.body, ids) == _without(new.body, ids)
            for old, new in zip(before.templates, after.templates, strict=True)
        )
    )
    return Change(after, before, tuple(_changed_resources(before, after)), is_code)


def _plain(stack: Stack) -> Mapping[str, object]:
    """Return the properties of the artifact without the URL of the template."""
    return {
        name: value
        for name, value in stack.properties.items()
        if name != "stackTemplateAssetObjectUrl"
    }


def _changed_resources(before: Stack, after: Stack) -> Iterator[str]:
    old, new = _resources(before.templates), _resources(after.templates)
    for path in sorted({*old, *new}):
        if old.get(path) != new.get(path):
            yield _construct(path)


def _construct(path: str) -> str:
    """Return the path of the construct that a person wrote, not of a part that it is made of."""
    parts = path.split("/")
    while len(parts) > 2 and (parts[-1] in _PARTS or parts[-1] == parts[-2]):
        parts.pop()
    return "/".join(parts)


def _resources(templates: Sequence[Template]) -> dict[str, object]:
    return {
        path: (kind, properties)
        for template in templates
        for path, kind, properties in template.resources()
    }


def _without(value: object, ids: set[str]) -> object:
    """Return a value with a placeholder for each id of an asset."""
    if isinstance(value, dict):
        return {key: _without(item, ids) for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, ids) for item in value]
    if isinstance(value, str):
        return _ID.sub(lambda found: "" if found[0] in ids else found[0], value)
    return value


def changed_files(before: Path | None, after: Path, names: Container[str]) -> list[Path]:
    """Return the files of an asset's folder that are new or have another content.

    Args:
        before: The folder that it replaces, or None.
        after: The folder.
        names: The names of the files to look at.
    """
    found = []
    for parent, folders, files in os.walk(after):
        folders.sort()
        for path in sorted(Path(parent, name) for name in files if name in names):
            old = None if before is None else before / path.relative_to(after)
            if old is None or not old.is_file() or old.read_bytes() != path.read_bytes():
                found.append(path)
    return found


def changed_members(
    before: Path | None, after: Path, names: Container[str]
) -> list[tuple[str, bytes]]:
    """Return the files of an archive that are new or have another content.

    Args:
        before: The archive that it replaces, or None.
        after: The archive.
        names: The names of the files to look at.

    Returns:
        Path and content of each.
    """
    old = {}
    if before is not None:
        with zipfile.ZipFile(before) as archive:
            old = {entry.filename: (entry.CRC, entry.file_size) for entry in archive.infolist()}
    with zipfile.ZipFile(after) as archive:
        return [
            (entry.filename, archive.read(entry))
            for entry in archive.infolist()
            if entry.filename.rpartition("/")[2] in names
            and old.get(entry.filename) != (entry.CRC, entry.file_size)
        ]
