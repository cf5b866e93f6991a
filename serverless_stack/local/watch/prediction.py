"""The cloud assembly that a synthesis will make of edited handlers, before it has made it."""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from serverless_stack.local.cdk.assembly import Stack, Template

_CODE = {"AWS::Lambda::Function": "Code", "AWS::Lambda::LayerVersion": "Content"}
_ASSET = "asset."


def predict(
    assembly: Path, target: Path, packages: Mapping[str, tuple[str, Path]], stacks: Sequence[Stack]
) -> bool:
    """Write the same assembly with other packages of functions.

    The confirming synthesis has the last word. What it is known to make in another way, such as
    another version of a function for other code, is not predicted.

    Args:
        assembly: The assembly that is deployed.
        target: The folder to replace. Its assets are links.
        packages: The hash and file of each new asset, by the hash of the asset it replaces.
        stacks: The deployed stacks.

    Returns:
        Whether it can be predicted.
    """
    if any(_has_more(template, packages) for stack in stacks for template in stack.templates):
        return False
    names = {old: new for old, (new, _folder) in packages.items()}
    texts = {path: _replaced(path.read_bytes(), names) for path in _descriptions(assembly)}
    for path, text in texts.items():
        before = path.read_bytes()
        if path.name.endswith(".template.json") and text != before:
            if path.name.endswith(".nested.template.json"):
                return False
            names[hashlib.sha256(before).hexdigest()] = hashlib.sha256(text).hexdigest()
    shutil.rmtree(target, ignore_errors=True)
    for path, text in texts.items():
        written = target / path.relative_to(assembly)
        written.parent.mkdir(parents=True, exist_ok=True)
        is_template = path.name.endswith(".template.json")
        written.write_bytes(text if is_template else _replaced(path.read_bytes(), names))
    for path in assembly.glob(f"{_ASSET}*"):
        asset = path.name.removeprefix(_ASSET).partition(".")[0]
        new, source = packages.get(asset, (asset, path))
        link = target / path.name.replace(asset, new)
        if not link.is_symlink():  # another function has, or gets, the same package
            os.symlink(source.resolve(), link)
    return True


def _has_more(template: Template, packages: Mapping[str, object]) -> bool:
    """Return whether more than the code of functions depends on their packages."""
    functions = set()
    resources = template.body.get("Resources")
    resources = resources if isinstance(resources, dict) else {}
    for name, resource in resources.items():
        code = resource.get("Properties", {}).get(_CODE.get(str(resource.get("Type")), ""))
        if any(asset in str(code) for asset in packages):
            functions.add(name)
    return any(
        resource.get("Type") == "AWS::Lambda::Version"
        and any(repr(name) in str(resource.get("Properties")) for name in functions)
        for resource in resources.values()
    )


def _descriptions(folder: Path) -> Iterator[Path]:
    """Yield the files of an assembly, and of those in it, that are no assets."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(_ASSET):
            continue
        if path.is_dir():
            yield from _descriptions(path)
        else:
            yield path


def _replaced(content: bytes, names: Mapping[str, str]) -> bytes:
    """Replace names, all at once: what is a new one may be another old one."""
    olds = b"|".join(map(str.encode, names))
    return re.sub(olds, lambda found: names[found[0].decode()].encode(), content)
