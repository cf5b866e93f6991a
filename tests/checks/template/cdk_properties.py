"""The properties of resource types, as CDK has them from CloudFormation's own schemas.

`python -m tests.checks.template.cdk_properties` updates
`serverless_stack/checks/template/properties.json`.
"""

import json
import re
import tarfile
from pathlib import Path

import aws_cdk as cdk

from serverless_stack.checks import rules
from serverless_stack.checks.template import properties

_RESOURCE = re.compile(
    r'CFN_RESOURCE_TYPE_NAME="(AWS::[A-Za-z0-9:]+)".*?cfnPropertyNames=\{([^}]*)\}', re.DOTALL
)


def checked() -> set[str]:
    """Return the resource types that rules check."""
    return {type_ for rule in rules() for type_ in rule.types}


def listed() -> dict[str, tuple[str, ...]]:
    """Return the names of the properties of each type that rules check."""
    (archive,) = Path(cdk.__file__).parent.glob("_jsii/aws-cdk-lib@*.jsii.tgz")
    found: dict[str, tuple[str, ...]] = {}
    wanted = checked()
    with tarfile.open(archive) as files:
        for member in files:
            source = files.extractfile(member) if member.name.endswith(".generated.js") else None
            if source is None:
                continue
            for type_, names in _RESOURCE.findall(source.read().decode()):
                if type_ in wanted:
                    found[type_] = tuple(sorted(re.findall(r':"([A-Za-z0-9]+)"', names)))
    return found


def written(known: dict[str, tuple[str, ...]]) -> str:
    """Return the file that has them, with a line per type."""
    lines = [
        f"  {json.dumps(type_)}: {json.dumps(' '.join(names))}"
        for type_, names in sorted(known.items())
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    properties.PATH.write_text(written(listed()), "utf-8")
