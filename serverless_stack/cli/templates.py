"""Reading the templates that a command's argument names."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from serverless_stack.testing.template_text import SourceError, parse, parse_any, read_text

DEFAULT = Path("cdk.out")
_SUFFIXES = (".json", ".yaml", ".yml", ".template")


def require_present(target: Path) -> None:
    """Check that a file or folder is there.

    Raises:
        SourceError: It is not.
    """
    if not target.exists():
        raise SourceError(
            f"there is no file or folder {target}: run `serverless-stack synth` first, or pass a "
            "template or the folder of a cloud assembly"
        )


def read(path: Path) -> Mapping[str, object]:
    """Return the template in a file.

    Raises:
        SourceError: It cannot be read, or is not a template.
    """
    return parse(read_text(path), str(path))


def in_folder(folder: Path) -> Iterator[tuple[Path, Mapping[str, object]]]:
    """Yield the templates in a folder, with their files.

    Raises:
        SourceError: A file cannot be read, or there is no template.
    """
    found = False
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix in _SUFFIXES:
            content = parse_any(read_text(path), str(path))
            if isinstance(content, dict) and isinstance(content.get("Resources"), dict):
                found = True
                yield path, content
    if not found:
        raise SourceError(
            f"there is no template in {folder}: pass a folder that `cdk synth` wrote, or one with "
            "CloudFormation templates"
        )
