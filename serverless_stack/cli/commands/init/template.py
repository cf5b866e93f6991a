"""The files of a new project, from the folder `template`."""

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
    return {path: _filled(text, values, parts) for path, text in files.items()}


def snapshot_source(parts: Sequence[str]) -> Path:
    """Return the file of the template with the snapshot of a stack with these parts."""
    return _FOLDER / _SNAPSHOTS / f"{'-'.join(['stack', *sorted(parts)])}.yaml{_SUFFIX}"


def _filled(text: str, values: Mapping[str, str], parts: Sequence[str]) -> str:
    kept = "".join(_lines(text, parts))
    # In one pass: a value may look like a placeholder. GitHub's own `${{ … }}` has spaces.
    return re.sub(r"\{\{([a-z-]+)\}\}", lambda found: values[found[1]], kept)


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
