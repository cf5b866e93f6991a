"""What the synthesized app needs of a machine and an account."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from serverless_stack.checks.engine.values import mapping
from serverless_stack.checks.integrations import assembly
from serverless_stack.operations.readiness import Needs

_STACK = "aws:cloudformation:stack"
_UNKNOWN = "unknown-"


class App:
    """The last cloud assembly of an app.

    Args:
        folder: The assembly; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.found = (folder / assembly.MANIFEST).is_file()
        self._stacks = list(_stacks(folder)) if self.found else []
        self._templates = (
            [template.read() for template in assembly.templates(folder)] if self.found else []
        )

    @property
    def runs_java(self) -> bool:
        """Whether a function has a Java runtime."""
        runtimes = (each.get("Runtime") for each in self._properties("AWS::Lambda::Function"))
        return any(str(runtime).startswith("java") for runtime in runtimes)

    def needs(self, region: str) -> Needs:
        """Return what the app needs of an account.

        Args:
            region: The region of stacks that do not name their own.
        """
        places = [
            str(stack.get("environment", "")).removeprefix("aws://") for stack in self._stacks
        ]
        parts = [place.partition("/") for place in places]
        accounts = sorted({each[0] for each in parts if not each[0].startswith(_UNKNOWN)} - {""})
        regions = [region if each[2].startswith(_UNKNOWN) else each[2] for each in parts]
        certificates = tuple(dict.fromkeys(self._certificates()))
        properties = [mapping(stack.get("properties")) for stack in self._stacks]
        versions = [each.get("requiresBootstrapStackVersion") for each in properties]
        names = [str(each.get("bootstrapStackVersionSsmParameter", "")) for each in properties]
        qualifiers = [name.split("/")[2] for name in names if name.count("/") > 2]
        return Needs(
            regions=tuple(dict.fromkeys(regions)) or (region,),
            accounts=tuple(accounts),
            certificates=certificates,
            qualifier=qualifiers[0] if qualifiers else Needs.qualifier,
            bootstrap_version=max(
                (each for each in versions if isinstance(each, int)),
                default=Needs.bootstrap_version,
            ),
        )

    def _certificates(self) -> Iterator[str]:
        for properties in self._properties("AWS::CloudFront::Distribution"):
            viewer = mapping(mapping(properties.get("DistributionConfig")).get("ViewerCertificate"))
            arn = viewer.get("AcmCertificateArn")
            if isinstance(arn, str) and arn.startswith("arn:"):
                yield arn

    def _properties(self, kind: str) -> Iterator[Mapping[str, object]]:
        for template in self._templates:
            for resource in mapping(template.get("Resources")).values():
                fields = mapping(resource)
                if fields.get("Type") == kind:
                    yield mapping(fields.get("Properties"))


def _stacks(folder: Path) -> Iterator[Mapping[str, object]]:
    """Yield the artifacts of all stacks, including those of stages."""
    manifest = json.loads((folder / assembly.MANIFEST).read_text("utf-8"))
    for artifact in mapping(mapping(manifest).get("artifacts")).values():
        fields = mapping(artifact)
        if fields.get("type") == _STACK:
            yield fields
        elif fields.get("type") == "cdk:cloud-assembly":
            directory = mapping(fields.get("properties")).get("directoryName")
            yield from _stacks(folder / str(directory))
