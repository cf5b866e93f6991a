"""Running the CDK CLI against the local cloud."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from serverless_stack.local.cdk.assembly import DEFAULT_QUALIFIER, Environment
from serverless_stack.local.cdk.bootstrap import stack_name
from serverless_stack.local.cdk.profiles import write_profiles
from serverless_stack.local.errors import CommandError
from serverless_stack.local.processes.access_key import DEFAULT_ACCOUNT, AccessKey
from serverless_stack.local.processes.requests import REGION
from serverless_stack.local.processes.subprocesses import run
from serverless_stack.local.progress import Report
from serverless_stack.local.toolchain import prerequisites
from serverless_stack.local.toolchain.node import Node

ACCOUNT = DEFAULT_ACCOUNT


def run_cdk(
    arguments: Sequence[str],
    *,
    app_dir: Path,
    aws_environment: Mapping[str, str],
    home: Path,
    report: Report,
) -> None:
    """Run the CDK CLI in the app's folder, and report its progress.

    Args:
        arguments: A command, from one of the functions below.
        app_dir: The folder of the app.
        aws_environment: The variables that lead to the local cloud.
        home: The cloud's folder, where the output is kept as `cdk.log`.
        report: Receives the progress.

    Raises:
        CommandError: The CLI failed. The error has the relevant output.
        PrerequisitesError: Node.js, the CLI or cdk.json is missing.
    """
    node, cdk = prerequisites.check_app(app_dir)
    output: list[str] = []

    def on_line(line: str) -> None:
        output.append(line)
        report.output(line)
        if line.strip():
            report.detail(event(line) or line.strip())

    log = home / "cdk.log"
    report.detail(f"cdk {arguments[0]}")
    try:
        run(
            [*cdk.argv, *arguments],
            cwd=app_dir,
            environment={
                **cdk_environment(os.environ, aws_environment, home, node),
                **write_profiles(app_dir, home, aws_environment),
            },
            log=log,
            on_line=on_line,
        )
    except CommandError as error:
        failed = "".join(f"; {text}" for text in failures(output))
        raise CommandError(
            f"`cdk {arguments[0]}` failed{failed}; see {log} for its output", relevant(output)
        ) from error


def aws_environment(endpoint_url: str, key: AccessKey, account: str = ACCOUNT) -> dict[str, str]:
    """Return the variables with which SDKs, the AWS CLI and the CDK CLI reach the local cloud.

    Args:
        endpoint_url: The AWS endpoint of the local cloud.
        key: The access key of the local cloud.
        account: The account to act in.
    """
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ENDPOINT_URL_S3": endpoint_url,
        "AWS_ACCESS_KEY_ID": key.id_for(account),
        "AWS_SECRET_ACCESS_KEY": key.secret,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def cdk_environment(
    base: Mapping[str, str], aws_environment: Mapping[str, str], home: Path, node: Node
) -> dict[str, str]:
    """Return the environment of the CDK CLI and of the user's app.

    The user's variables stay, except those that select an AWS account.

    Args:
        base: The user's environment.
        aws_environment: The variables that lead to the local cloud.
        home: The cloud's folder. The CLI caches accounts by access key, so its home is there.
        node: The Node.js that the CLI and jsii run on.
    """
    kept = {name: value for name, value in base.items() if not _selects_an_account(name)}
    return {
        **kept,
        **aws_environment,
        **without_proxy(base),
        "CDK_HOME": str(_home_of_cli(home)),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_DISABLE_VERSION_CHECK": "true",
        "NO_COLOR": "1",
        "PATH": node.search_path(base),
    }


def environment_mark(home: Path) -> str:
    """Return a text in the environment of the CDK CLI and of everything that it starts."""
    return f"CDK_HOME={_home_of_cli(home)}"


def _home_of_cli(home: Path) -> Path:
    return home / "cdk-home"


def without_proxy(base: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that exempt the local cloud from the user's proxy."""
    given = base.get("NO_PROXY") or base.get("no_proxy")
    value = ",".join(filter(None, [given, "127.0.0.1", "localhost"]))
    return {"NO_PROXY": value, "no_proxy": value}


def account_variables(base: Mapping[str, str]) -> list[str]:
    """Return the names of the variables that select an AWS account of the user."""
    return sorted(name for name in base if _selects_an_account(name))


def _selects_an_account(name: str) -> bool:
    return name.startswith(("AWS_", "CDK_DEFAULT_")) or name in ("CDK_HOME", "CDK_OUTDIR")


def synth_arguments(
    assembly: Path, context: Mapping[str, str] | None = None, program: str | None = None
) -> list[str]:
    """Return the arguments that synthesize the app to a folder, not to its cdk.out.

    Args:
        assembly: The folder.
        context: Context values for the app.
        program: The command that runs the app. Default: that of cdk.json.
    """
    values = [text for key, value in (context or {}).items() for text in ("-c", f"{key}={value}")]
    values += ["--app", program] if program else []
    return ["synth", "--quiet", "--output", str(assembly), "--no-notices", *values]


def bootstrap_arguments(assembly: Path, environment: Environment) -> list[str]:
    """Return the arguments that bootstrap an environment, without another synthesis."""
    arguments = ["bootstrap", f"aws://{environment.name}", "--app", str(assembly), "--no-notices"]
    if environment.qualifier != DEFAULT_QUALIFIER:
        name = stack_name(environment)
        arguments += ["--qualifier", environment.qualifier, "--toolkit-stack-name", name]
    return arguments


def deploy_arguments(
    assembly: Path,
    stacks: Sequence[str],
    outputs: Path,
    parameters: Mapping[str, str] | None = None,
) -> list[str]:
    """Return the arguments that deploy stacks. Default: all, including those of stages."""
    values = [
        text
        for name, value in (parameters or {}).items()
        for text in ("--parameters", f"{name}={value}")
    ]
    return [
        "deploy",
        *(stacks or ["**"]),
        *("--app", str(assembly)),
        *("--require-approval", "never"),
        *("--outputs-file", str(outputs)),
        *("--progress", "events"),
        "--no-notices",
        *values,
    ]


def destroy_arguments(assembly: Path, stacks: Sequence[str]) -> list[str]:
    """Return the arguments that destroy stacks without asking. Default: all stacks."""
    return ["destroy", *(stacks or ["**"]), "--app", str(assembly), "--force", "--no-notices"]


_RELEVANT_LINES = 40
_EVENT = re.compile(
    r"(?P<stack>\S+) \|\s*(?P<done>\d+)(?:/(?P<total>\d+))? \| [^|]+\| (?P<status>[A-Z_]+)\s*"
    r"\| (?P<type>\S+)\s*\| (?P<path>.*?)(?P<rest> \(.*)?"
)

# The path of a construct with its logical id, or a logical id alone; then the reason.
_STACK = re.compile(r"❌\s+(?P<stack>[^\s:]+)(?: \(.*?\))?:? .*?failed:? (?:\w+: )?(?P<reason>.+)")
_RESOURCE = re.compile(r"(?:(?P<path>.+?) \((?=\w+\)))?(?P<id>\w+)\)?\s*(?P<reason>.*)")


def event(line: str) -> str | None:
    """Return the progress of a resource from a line of the CLI's output; None for other lines."""
    match = _EVENT.fullmatch(line.strip())
    if match is None:
        return None
    count = f"{match['done']}/{match['total']}" if match["total"] else match["done"]
    status = match["status"].lower().replace("_", " ")
    return f"{match['stack']} {count}  {match['path']}  {status}"


def failures(lines: Sequence[str]) -> list[str]:
    """Return the resources that failed first, each with its type and the reason.

    If none has failed, the stacks that the CLI could not deploy or destroy.
    """
    found = []
    stacks = [_STACK.fullmatch(line.strip()) for line in lines]
    for line in lines:
        match = _EVENT.fullmatch(line.strip())
        if match is None or not match["status"].endswith("_FAILED"):
            continue
        tail = _RESOURCE.fullmatch(match["path"] + (match["rest"] or ""))
        if match["type"] == "AWS::CloudFormation::Stack" or tail is None:
            continue
        if "cancelled" not in tail["reason"]:
            reason = tail["reason"] or "no reason is known"
            found.append(f"{tail['path'] or tail['id']} ({match['type']}): {reason}")
    if not found:
        found = [f"{match['stack']}: {match['reason']}" for match in stacks if match is not None]
    return list(dict.fromkeys(found))


def relevant(lines: Sequence[str]) -> str:
    """Return the part of the CLI's output that explains a failure."""
    kept = [line for line in lines if line.strip() and _describes_failure(line)]
    return "\n".join(kept[-_RELEVANT_LINES:])


def _describes_failure(line: str) -> bool:
    match = _EVENT.fullmatch(line.strip())
    return match is None or "FAILED" in match["status"] or "ROLLBACK" in match["status"]
