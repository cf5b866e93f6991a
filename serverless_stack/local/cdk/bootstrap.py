"""Bootstrapping an environment of a local cloud with the CDK CLI's template, without the CLI."""

import time
import urllib.parse
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

from serverless_stack.local.cdk.assembly import DEFAULT_QUALIFIER, Environment
from serverless_stack.local.processes.requests import send
from serverless_stack.local.processes.state import State
from serverless_stack.local.toolchain.cdk import Cdk

_TEMPLATE = Path("lib", "api", "bootstrap", "bootstrap-template.yaml")
_LONGEST_BODY = 51_200  # of a template in a request; a longer one has to be in a bucket
_NAMESPACE = "{http://cloudformation.amazonaws.com/doc/2010-05-15/}"
_SECONDS = 60
# What `cdk bootstrap` passes without options.
_CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
_PARAMETERS = {
    "FileAssetsBucketKmsKeyId": "AWS_MANAGED_KEY",
    "PublicAccessBlockConfiguration": "true",
}


def stack_name(environment: Environment) -> str:
    """Return the name of the bootstrap stack: each qualifier has a stack of its own."""
    own = environment.qualifier != DEFAULT_QUALIFIER
    return f"CDKToolkit-{environment.qualifier}" if own else "CDKToolkit"


def template_for(app_dir: Path, cdk: Cdk) -> str | None:
    """Return the template that `cdk bootstrap` would deploy without options.

    Returns:
        The text of the template, from the package of the CLI. None if only the CLI can know what to
        deploy: its package has another layout, or settings of the user change the bootstrap stack.
    """
    for settings in (app_dir / "cdk.json", Path.home() / ".cdk.json"):
        text = settings.read_text("utf-8").lower() if settings.is_file() else ""
        if "bootstrap" in text or "toolkit" in text:
            return None
    template = Path(cdk.argv[0]).resolve().parent.parent / _TEMPLATE
    text = template.read_text("utf-8") if template.is_file() else ""
    return text if 0 < len(text.encode()) <= _LONGEST_BODY else None


def create(state: State, environment: Environment, template: str) -> bool:
    """Create the bootstrap stack of an environment.

    Args:
        state: The state of the cloud.
        environment: The environment, with its qualifier.
        template: The template, from :func:`template_for`.

    Returns:
        Whether the stack is complete. If not, `cdk bootstrap` says why, or updates the stack.
    """
    name = stack_name(environment)
    parameters = {**_PARAMETERS, "Qualifier": environment.qualifier}
    form = {
        "Action": "CreateStack",
        "StackName": name,
        "TemplateBody": template,
    }
    for number, capability in enumerate(_CAPABILITIES, 1):
        form[f"Capabilities.member.{number}"] = capability
    for number, (key, value) in enumerate(parameters.items(), 1):
        form[f"Parameters.member.{number}.ParameterKey"] = key
        form[f"Parameters.member.{number}.ParameterValue"] = value
    try:
        _send(state, environment, form)
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end:
            answer = _send(state, environment, {"Action": "DescribeStacks", "StackName": name})
            status = answer.findtext(f".//{_NAMESPACE}StackStatus", "")
            if not status.endswith("_IN_PROGRESS"):
                return status == "CREATE_COMPLETE"
            time.sleep(0.02)
    except OSError:
        return False
    return False


def _send(state: State, environment: Environment, form: Mapping[str, str]) -> ET.Element:
    answer = send(
        state.gateway_port,
        state.access_key,
        "/",
        service="cloudformation",
        form=urllib.parse.urlencode({"Version": "2010-05-15", **form}).encode(),
        account=environment.account,
        region=environment.region,
    )
    return ET.fromstring(answer)
