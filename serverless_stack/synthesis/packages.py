"""The functions that an app has packaged, and what edits make of them without a synthesis."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

Made = Mapping[str, object]
"""What the package of a function was made of: see `constructs/function/repackaging.py`."""
PackageAgain = Callable[[Sequence[Made]], Sequence[tuple[str, Path] | None]]
Replacements = Mapping[str, tuple[str, Path]]
"""The hash and the archive of each new asset, by the hash of the one that it replaces."""


def packaged_again(
    saved: Collection[Path],
    packages: Sequence[Made],
    assets: Mapping[str, str],
    package_again: PackageAgain,
) -> Replacements:
    """Package the functions again whose source folders have files that were saved.

    Args:
        saved: The files.
        packages: All packages of the app.
        assets: The hash of the asset of each deployed function, by the path of its construct.
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
        asset = _asset_of(made, assets)
        if asset is None:
            return {}
        found.setdefault(asset, set()).add(new)
    # Of the same content, and from a source that was not edited.
    if any(_asset_of(made, assets) in found for made in packages if made not in edited):
        return {}
    replacements = {}
    for asset, candidates in found.items():
        new = candidates.pop()
        if new is None or candidates:
            return {}
        if new[0] != asset:
            replacements[asset] = new
    return replacements


def _asset_of(made: Made, assets: Mapping[str, str]) -> str | None:
    """Return the asset of a function, which is the construct or is in it; None if it has none."""
    path = str(made["path"])
    found = {asset for name, asset in assets.items() if f"{name}/".startswith(f"{path}/")}
    return found.pop() if len(found) == 1 else None
