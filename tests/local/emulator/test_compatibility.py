"""Every name of MiniStack that the patches use is checked at start."""

import ast
import importlib.util
import re
from pathlib import Path

from tests.local.emulator.conftest import EMULATOR


def declared() -> dict[str, set[str]]:
    spec = importlib.util.spec_from_file_location(
        "emulator_compatibility", EMULATOR / "compatibility.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: set(names) for name, names in module.NAMES.items()}


def used(source: Path) -> set[tuple[str, str]]:
    """Return the names of MiniStack's modules that a file reads, sets or imports."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    modules: dict[str, str] = {}
    found: set[tuple[str, str]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("ministack"):
            for alias in node.names:
                target = f"{node.module}.{alias.name}"
                if is_module(target):
                    modules[alias.asname or alias.name] = target
                else:
                    found.add((str(node.module), alias.name))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = modules.get(node.value.id)
            if module is not None:
                found.add((module, node.attr))
    return found


def is_module(name: str) -> bool:
    """Return whether a dotted name is one of the modules that the patches import."""
    return name in MODULES


MODULES = {
    "ministack.app",
    "ministack.core.concurrency",
    "ministack.core.responses",
    "ministack.core.hypercorn_compat",
    "ministack.core.iam_actions",
    "ministack.core.iam_evaluator",
    "ministack.core.lambda_runtime",
    "ministack.core.router",
    "ministack.core.sigv4",
    "ministack.services.alb",
    "ministack.services.apigateway",
    "ministack.services.apigateway_v1",
    "ministack.services.cloudformation",
    "ministack.services.cloudformation.changesets",
    "ministack.services.cloudformation.engine",
    "ministack.services.cloudformation.handlers",
    "ministack.services.cloudformation.provisioners",
    "ministack.services.cloudformation.stacks",
    "ministack.services.cloudfront",
    "ministack.services.cloudfront_keyvaluestore",
    "ministack.services.cloudwatch",
    "ministack.services.cloudwatch_logs",
    "ministack.services.dynamodb",
    "ministack.services.ec2",
    "ministack.services.elasticache",
    "ministack.services.eventbridge",
    "ministack.services.iam",
    "ministack.services.kinesis",
    "ministack.services.lambda_svc",
    "ministack.services.s3",
    "ministack.services.scheduler",
    "ministack.services.sns",
    "ministack.services.sqs",
    "ministack.services.secretsmanager",
    "ministack.services.stepfunctions",
    "ministack.services.sts",
    "ministack.services.waf",
}


def test_every_used_name_is_declared() -> None:
    names = declared()
    missing = {
        f"{module}.{name} ({source.name})"
        for source in EMULATOR.rglob("*.py")
        for module, name in used(source)
        if name not in {entry.split(".")[0] for entry in names.get(module, ())}
    }
    assert missing == set()


def test_every_declared_name_is_used() -> None:
    sources = [path for path in EMULATOR.rglob("*.py") if path.name != "compatibility.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    declarations = {name for names in declared().values() for name in names}
    assert {name for name in declarations if name.split(".")[-1] not in text} == set()


def test_every_patch_is_applied_once() -> None:
    """A second time, a patch would wrap itself: what it refuses, it would refuse its own calls."""
    text = (EMULATOR / "adapters" / "__init__.py").read_text(encoding="utf-8")
    patches = re.findall(r"^    (\w+)\.apply\(", text, re.MULTILINE)
    assert sorted(patches) == sorted(set(patches))
