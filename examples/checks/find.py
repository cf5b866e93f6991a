import json
from pathlib import Path

from serverless_stack.checks import Severity, check_template

template = json.loads(Path("cdk.out/Files.template.json").read_text())
for finding in check_template(template, region="eu-west-1"):
    if finding.severity is Severity.ERROR and not finding.acknowledged:
        print(f"{finding.resource}.{finding.property}: {finding.rule}: {finding.message}")
