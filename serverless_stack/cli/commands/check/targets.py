"""What `serverless-stack check` is given, read and checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from serverless_stack.checks import Finding, Severity, check_template
from serverless_stack.checks.integrations import assembly
from serverless_stack.cli.commands.check.lines import Lines
from serverless_stack.testing.template_text import SourceError, parse, parse_any

DEFAULT = Path("cdk.out")
_SUFFIXES = (".json", ".yaml", ".yml", ".template")
_PATH = "aws:cdk:path"


@dataclass(frozen=True)
class Located:
    """A finding, and where it is.

    Attributes:
        finding: The finding.
        construct: The construct path of its resource, or else the logical id; of the template as a
            whole, the path of its stack, or else nothing.
    """

    finding: Finding
    construct: str


@dataclass(frozen=True)
class Checked:
    """A template, and what was found in it.

    Attributes:
        name: The construct path of the stack; empty for a template alone.
        path: The file.
        region: The region that it was checked for; None if that is not known.
        types: The types of its resources, by logical id.
        found: What was found.
        lines: Where that is in the file.
    """

    name: str
    path: Path
    region: str | None
    types: Mapping[str, str]
    found: tuple[Located, ...]
    lines: Lines

    def count(self, severity: Severity) -> int:
        """How many there are of a severity that nothing acknowledges."""
        left = [each.finding for each in self.found if not each.finding.acknowledged]
        return sum(each.severity is severity for each in left)

    @property
    def acknowledged(self) -> int:
        """How many are acknowledged."""
        return sum(bool(each.finding.acknowledged) for each in self.found)


def check(target: Path, region: str | None) -> list[Checked]:
    """Check a template, each template of a folder, or all templates of an assembly together.

    Args:
        target: The file or folder.
        region: The region of what does not tell its own.

    Raises:
        SourceError: It cannot be read, or has no template.
    """
    if not target.exists():
        ask = "run `cdk synth` first, or name a template or the folder of an assembly"
        raise SourceError(f"there is no file or folder {target}: {ask}")
    if (target / assembly.MANIFEST).is_file():
        return _assembly(target, region)
    if not target.is_dir():
        return [_alone(target, parse(_text(target), str(target)), region)]
    found = [_alone(path, template, region) for path, template in _in_folder(target)]
    if not found:
        raise SourceError(
            f"there is no template in {target}: name a folder that `cdk synth` wrote, "
            "or one with CloudFormation templates"
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
    except (OSError, ValueError) as error:
        raise SourceError(f"{folder} cannot be read as a cloud assembly: {error}") from error


def _alone(path: Path, template: Mapping[str, object], region: str | None) -> Checked:
    resources = _mapping(template.get("Resources"))
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
            content = parse_any(_text(path), str(path))
            if isinstance(content, dict) and isinstance(content.get("Resources"), dict):
                yield path, content


def _types(template: Mapping[str, object]) -> dict[str, str]:
    resources = _mapping(template.get("Resources"))
    return {name: str(_mapping(each).get("Type", "")) for name, each in resources.items()}


def _construct(resources: Mapping[str, object], logical_id: str) -> str:
    metadata = _mapping(_mapping(resources.get(logical_id)).get("Metadata"))
    return str(metadata.get(_PATH) or logical_id)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is no text in UTF-8") from error


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
