"""The files of a new project, from the folder `template`."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_FOLDER = Path(__file__).parent / "template"
_SUFFIX = ".txt"  # so that no tool takes a template for a file of this library
_MARK = "%% "
# Names that a tool would act on, or that the snapshot of the chosen parts replaces.
_PLACES = {"gitignore": ".gitignore", "github_ci.yml": ".github/workflows/ci.yml"}
_SNAPSHOTS = "snapshots"
SNAPSHOT = "tests/__snapshots__/test_stack/test_the_template.template.yaml"
CI = ".github/workflows/ci.yml"


def project_files(values: Mapping[str, str], parts: Sequence[str], *, ci: bool) -> dict[str, str]:
    """Return the text of each file of a project, by its path.

    Args:
        values: The texts for ``{{name}}``.
        parts: The parts that are asked for, of ``redis`` and ``memcached``.
        ci: Whether there is a workflow for GitHub Actions.
    """
    files = {}
    for source in sorted(_FOLDER.rglob(f"*{_SUFFIX}")):
        path = source.relative_to(_FOLDER).as_posix().removesuffix(_SUFFIX)
        if not path.startswith(f"{_SNAPSHOTS}/"):
            files[_PLACES.get(path, path)] = source.read_text("utf-8")
    files[SNAPSHOT] = snapshot_source(parts).read_text("utf-8")
    if not ci:
        del files[CI]
    # The name of an origin access control has the stack's name without hyphens.
    values = {**values, "stack-letters": values["stack"].replace("-", "")}
    return {path: _filled(text, values, parts) for path, text in files.items()}


def snapshot_source(parts: Sequence[str]) -> Path:
    """Return the file of the template with the snapshot of a stack with these parts."""
    return _FOLDER / _SNAPSHOTS / f"{'-'.join(['stack', *sorted(parts)])}.yaml{_SUFFIX}"


def _filled(text: str, values: Mapping[str, str], parts: Sequence[str]) -> str:
    kept = "".join(_lines(text, parts))
    # Ids first: of all values, only the name of the stack is in them. It has no braces.
    kept = re.sub(r"\{\{id ([^}]+)\}\}", lambda found: _id(found[1], values["stack"]), kept)
    # In one pass: a value may look like a placeholder. GitHub's own `${{ … }}` has spaces.
    return re.sub(r"\{\{([a-z-]+)\}\}", lambda found: values[found[1]], kept)


def _id(path: str, stack: str) -> str:
    """Return the id that CDK makes of a path, in which `<Cdn>` is the unique id of STACK/Cdn."""
    whole = re.fullmatch(r"<([^>]+)>", path)
    if whole:
        return unique_id(f"{stack}/{whole[1]}")
    return unique_id(re.sub(r"<([^>]+)>", lambda inner: _id(inner[0], stack), path))


def unique_id(path: str) -> str:
    """Return the unique id that CDK makes of a construct's path."""
    parts = [part for part in path.split("/") if part != "Default"]
    digest = hashlib.md5("/".join(parts).encode(), usedforsecurity=False).hexdigest()[:8].upper()
    people = [
        part
        for before, part in zip(["", *parts], parts, strict=False)
        if not (before and before.endswith(part)) and part != "Resource"
    ]
    return re.sub(r"[^A-Za-z0-9]", "", "".join(people))[:240] + digest


def _lines(text: str, parts: Sequence[str]) -> Iterator[str]:
    """Yield the lines that the parts need.

    ``%% redis-memcached`` begins lines for a stack with Redis and without Memcached; ``%% end``
    or the next such line ends them.
    """
    wanted = True
    for line in text.splitlines(keepends=True):
        if line.startswith(_MARK):
            condition = line.removeprefix(_MARK).strip()
            wanted = condition == "end" or all(
                (name in parts) == (sign != "-")
                for sign, name in re.findall(r"([+-]?)([a-z]+)", condition)
            )
        elif wanted:
            yield line
