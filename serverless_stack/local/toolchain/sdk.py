"""The packages of the AWS SDK that an app's Node.js functions import, as Lambda's runtime has them.

Lambda's Node.js runtimes have all clients, which are 400 packages and half a gigabyte. So only the
ones that the functions of an app name are installed, in the locked versions.
"""

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from serverless_stack.local.cdk.assembly import Stack

LOCK = Path(__file__).resolve().parent / "npm" / "package-lock.json"
_PACKAGE = re.compile(r"@aws-sdk/[a-z0-9][a-z0-9-]*")
_SERVICE = re.compile(r'"service":"(?:@aws-sdk/client-)?([A-Za-z0-9-]+)"')
_SUFFIXES = (".js", ".cjs", ".mjs")


def locked_packages() -> dict[str, str]:
    """Return the packages of the AWS SDK that can be installed, with their versions."""
    root = json.loads(LOCK.read_text("utf-8"))["packages"][""]
    return dict(root["dependencies"])


def packages_of(stacks: Sequence[Stack]) -> list[str]:
    """Return the packages of the AWS SDK that the Node.js functions of stacks name.

    Names are read from the JavaScript of the functions, and from the calls of CDK's
    ``AwsCustomResource``, whose handler loads its client by the name of the service.
    """
    locked = locked_packages()
    names: set[str] = set()
    for stack in stacks:
        sources = [source for code in _node_code(stack) for source in _javascript(code)]
        for source in sources:
            names.update(_PACKAGE.findall(source))
        services = set(_services(stack))
        names.update(_client(service, sources, locked) for service in services)
    return sorted(names & set(locked))


def _node_code(stack: Stack) -> Iterator[Path | str]:
    """Yield the code of Node.js functions and layers: text in the template, or an asset."""
    for template in stack.templates:
        for _path, kind, properties in template.resources():
            if kind == "AWS::Lambda::Function" and str(
                properties.get("Runtime", "nodejs")
            ).startswith(("nodejs", "{")):
                code = _mapping(properties.get("Code"))
            elif kind == "AWS::Lambda::LayerVersion":
                code = _mapping(properties.get("Content"))
            else:
                continue
            inline, key = code.get("ZipFile"), code.get("S3Key")
            if inline is not None:
                yield inline if isinstance(inline, str) else json.dumps(inline)
            elif isinstance(key, str):
                asset = stack.assets.get(Path(key).stem)
                if asset is not None:
                    yield asset


def _javascript(code: Path | str) -> Iterator[str]:
    if isinstance(code, str):
        yield code
    elif code.is_dir():
        for file in code.rglob("*"):
            inside = file.relative_to(code).parts
            if file.suffix in _SUFFIXES and "node_modules" not in inside and file.is_file():
                yield file.read_text("utf-8", "replace")
    elif code.suffix == ".zip":
        with zipfile.ZipFile(code) as archive:
            for name in archive.namelist():
                if name.endswith(_SUFFIXES) and "node_modules/" not in name:
                    yield archive.read(name).decode("utf-8", "replace")


def _services(stack: Stack) -> Iterator[str]:
    for template in stack.templates:
        for _path, kind, properties in template.resources():
            if kind.startswith("Custom::"):
                text = json.dumps(properties).replace("\\", "")
                yield from _SERVICE.findall(text)


def _client(service: str, sources: Iterable[str], locked: Mapping[str, str]) -> str:
    """Return the package of a service's client, which the call may name in three ways."""
    plain = service.lower().replace("-", "")
    for source in sources:  # the handler of the CDK knows the names of version 2
        match = re.search(rf'[{{,"]{re.escape(plain)}"?:"([a-z0-9-]+)"', source)
        if match is not None:
            return f"@aws-sdk/client-{match[1]}"
    names = {name.removeprefix("@aws-sdk/client-").replace("-", ""): name for name in locked}
    return names.get(plain, "")


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
