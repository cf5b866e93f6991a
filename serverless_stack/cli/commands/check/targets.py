"""Reading and checking the targets of `serverless-stack check`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from serverless_stack.checks import Finding, Severity, check_template
from serverless_stack.checks.engine.values import mapping
from serverless_stack.checks.integrations import assembly
from serverless_stack.cli.commands.check.lines import Lines
from serverless_stack.testing.review.errors import SourceError
from serverless_stack.testing.review.template_text import parse, parse_any

DEFAULT = Path("cdk.out")
_SUFFIXES = (".json", ".yaml", ".yml", ".template")
_PATH = "aws:cdk:path"
_Parsed = TypeVar("_Parsed")


@dataclass(frozen=True)
class Located:
    """A finding with the construct that it is in.

    Attributes:
        finding: The finding.
        construct: The construct path of its resource, or else the logical id. For a finding on the
            whole template, the path of its stack, or empty.
    """

    finding: Finding
    construct: str


@dataclass(frozen=True)
class Checked:
    """A template with its findings.

    Attributes:
        name: The construct path of the stack; empty for a template alone.
        path: The file.
        region: The region that it was checked for; None if it is unknown.
        types: The types of its resources, by logical id.
        found: The findings.
        lines: The lines of its resources and properties.
    """

    name: str
    path: Path
    region: str | None
    types: Mapping[str, str]
    found: tuple[Located, ...]
    lines: Lines

    def count(self, severity: Severity) -> int:
        """Return the number of findings of a severity that are not acknowledged."""
        left = [each.finding for each in self.found if not each.finding.acknowledged]
        return sum(each.severity is severity for each in left)

    @property
    def acknowledged(self) -> int:
        """The number of acknowledged findings."""
        return sum(bool(each.finding.acknowledged) for each in self.found)


def check(target: Path, region: str | None) -> list[Checked]:
    """Check a template, each template of a folder, or all templates of a cloud assembly.

    Args:
        target: The file or folder.
        region: The region of templates that do not name their own.

    Raises:
        SourceError: The target cannot be read, or has no template.
    """
    if not target.exists():
        raise SourceError(
            f"there is no file or folder {target}: run `cdk synth` first, or pass a template or "
            "the folder of a cloud assembly"
        )
    if (target / assembly.MANIFEST).is_file():
        return _assembly(target, region)
    if not target.is_dir():
        return [_alone(target, _parsed(parse, target), region)]
    found = [_alone(path, template, region) for path, template in _in_folder(target)]
    if not found:
        raise SourceError(
            f"there is no template in {target}: pass a folder that `cdk synth` wrote, or one with "
            "CloudFormation templates"
        )
    return found


def _assembly(folder: Path, region: str | None) -> list[Checked]:
    try:
        listed = assembly.templates(folder)
        found: dict[str, list[Located]] = {each.name: [] for each in listed}
        for template, each in assembly.check(listed, region):
            found[template.name].append(Located(each, template.construct(each.resource)))
        return [
            Checked(
                name=template.name,
                path=template.path,
                region=template.region or region,
                types=_types(template.read()),
                found=tuple(found[template.name]),
                lines=Lines(template.path),
            )
            for template in listed
        ]
    except (OSError, ValueError, RecursionError) as error:
        raise SourceError(f"{folder} cannot be read as a cloud assembly: {error}") from error


def _alone(path: Path, template: Mapping[str, object], region: str | None) -> Checked:
    resources = mapping(template.get("Resources"))
    return Checked(
        name="",
        path=path,
        region=region,
        types=_types(template),
        found=tuple(
            Located(each, _construct(resources, each.resource))
            for each in check_template(template, region)
        ),
        lines=Lines(path),
    )


def _in_folder(folder: Path) -> Iterator[tuple[Path, Mapping[str, object]]]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix in _SUFFIXES:
            content = _parsed(parse_any, path)
            if isinstance(content, dict) and isinstance(content.get("Resources"), dict):
                yield path, content


def _types(template: Mapping[str, object]) -> dict[str, str]:
    resources = mapping(template.get("Resources"))
    return {name: str(mapping(each).get("Type", "")) for name, each in resources.items()}


def _construct(resources: Mapping[str, object], logical_id: str) -> str:
    metadata = mapping(mapping(resources.get(logical_id)).get("Metadata"))
    return str(metadata.get(_PATH) or logical_id)


def _parsed(parse: Callable[[str, str], _Parsed], path: Path) -> _Parsed:
    try:
        return parse(_text(path), str(path))
    except SourceError:
        raise
    except RecursionError as error:
        raise SourceError(f"{path} is nested too deeply, or contains itself") from error
    except ValueError as error:
        raise SourceError(f"{path} cannot be read: {error}") from error


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not a text in UTF-8") from error
