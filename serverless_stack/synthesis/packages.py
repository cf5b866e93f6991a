"""The functions that an app has packaged, and what edits make of them without a synthesis."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

Made = Mapping[str, object]
"""The package of a function, and what it was made of: see `constructs/function/repackaging.py`."""
PackageAgain = Callable[[Sequence[Made]], Sequence[tuple[str, Path] | None]]
Replacements = Mapping[str, tuple[str, Path]]
"""The hash and the archive of each new asset, by the hash of the one that it replaces."""


def packaged_again(
    saved: Collection[Path], packages: Sequence[Made], package_again: PackageAgain
) -> Replacements:
    """Package the functions again whose source folders have files that were saved.

    Args:
        saved: The files.
        packages: All packages of the app.
        package_again: Packages some of them.

    Returns:
        What is replaced; nothing if only a synthesis can tell.
    """
    folders = {folder for path in saved for folder in path.parents}
    edited = [made for made in packages if Path(str(made["source"])) in folders]
    sources = {Path(str(made["source"])) for made in edited}
    if not all(sources.intersection(path.parents) for path in saved):
        return {}
    found: dict[str, set[tuple[str, Path] | None]] = {}
    for made, new in zip(edited, package_again(edited), strict=True):
        found.setdefault(str(made["asset"]), set()).add(new)
    for made in packages:  # one of the same content and another source stays as it is
        if made not in edited and str(made["asset"]) in found:
            return {}
    replacements = {}
    for asset, candidates in found.items():
        new = candidates.pop()
        if new is None or candidates:
            return {}
        if new[0] != asset:
            replacements[asset] = new
    return replacements


def with_replacements(packages: Sequence[Made], replacements: Replacements) -> Sequence[Made]:
    """Return the packages of an app after some were replaced."""
    return [
        {**made, "asset": replacements[asset][0]} if asset in replacements else made
        for made in packages
        for asset in [str(made["asset"])]
    ]
