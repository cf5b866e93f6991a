"""The properties of resource types, as CDK has them from CloudFormation's own schemas.

`python -m tests.checks.template.cdk_properties` writes
`serverless_stack/checks/template/properties.py` anew.
"""

import re
import tarfile
import textwrap
from pathlib import Path

import aws_cdk as cdk

from serverless_stack.checks import rules
from serverless_stack.checks.template import properties

_RESOURCE = re.compile(
    r'CFN_RESOURCE_TYPE_NAME="(AWS::[A-Za-z0-9:]+)".*?cfnPropertyNames=\{([^}]*)\}', re.DOTALL
)


def checked() -> set[str]:
    """The types of resources that rules are about."""
    return {type_ for rule in rules() for type_ in rule.types}


def listed() -> dict[str, tuple[str, ...]]:
    """The names of the properties of each type that rules are about."""
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
    """The module that has them."""
    lines = [f'"""{(properties.__doc__ or "").strip()}\n"""', "", "from typing import Final", ""]
    lines += ["PROPERTIES: Final[dict[str, str]] = {"]
    for type_, names in sorted(known.items()):
        lines.append(f'    "{type_}": (')
        wrapped = textwrap.wrap(" ".join(names), 84)
        ends = [" "] * (len(wrapped) - 1) + [""]
        lines += [f'        "{line}{end}"' for line, end in zip(wrapped, ends, strict=True)]
        lines.append("    ),")
    lines += ["}", '"""The names, with a space between them, by type."""', ""]
    return "\n".join(lines)


if __name__ == "__main__":
    Path(properties.__file__).write_text(written(listed()))
