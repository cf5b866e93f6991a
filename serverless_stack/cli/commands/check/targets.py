"""Reading and checking the targets of `serverless-stack check`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from serverless_stack.checks import Finding, Severity, check_template
from serverless_stack.checks.engine.values import mapping
from serverless_stack.checks.integrations import assembly
from serverless_stack.cli import templates
from serverless_stack.cli.commands.check.lines import Lines
from serverless_stack.testing.template_text import SourceError

_PATH = "aws:cdk:path"


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
    templates.require_present(target)
    if (target / assembly.MANIFEST).is_file():
        return _assembly(target, region)
    if not target.is_dir():
        return [_alone(target, templates.read(target), region)]
    return [_alone(path, template, region) for path, template in templates.in_folder(target)]


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


def _types(template: Mapping[str, object]) -> dict[str, str]:
    resources = mapping(template.get("Resources"))
    return {name: str(mapping(each).get("Type", "")) for name, each in resources.items()}


def _construct(resources: Mapping[str, object], logical_id: str) -> str:
    metadata = mapping(mapping(resources.get(logical_id)).get("Metadata"))
    return str(metadata.get(_PATH) or logical_id)
