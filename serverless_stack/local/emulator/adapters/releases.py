"""CodeDeploy: releases of Lambda functions, with a canary or in steps, and their rollback.

MiniStack has no CodeDeploy. What is followed is "CodeDeployLambdaAliasUpdate" (UpdatePolicy) and
"Deployments on an AWS Lambda compute platform". A minute of a release lasts a second here.
"""

import re
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from ministack.services import cloudformation, cloudwatch, lambda_svc
from ministack.services.cloudformation import provisioners, stacks

from .foreign_types import record_handlers
from .types import Handlers, Properties, Provisioned

ALIAS = "AWS::Lambda::Alias"
CONFIG = "AWS::CodeDeploy::DeploymentConfig"
GROUP = "AWS::CodeDeploy::DeploymentGroup"
APPLICATION = "AWS::CodeDeploy::Application"
SECONDS_PER_MINUTE = 1.0
MAX_SECONDS = 30.0
POLL_SECONDS = 0.05
_PROVIDED = re.compile(
    r"CodeDeployDefault\.Lambda(Canary|Linear)(\d+)Percent(?:Every)?(\d+)Minutes?"
)
_failures: Counter[tuple[str, str]] = Counter()
_lock = threading.Lock()


@dataclass(frozen=True)
class Steps:
    """How requests move to the new version.

    Attributes:
        weights: The share of the new version after each shift but the last.
        seconds: The seconds between two shifts.
    """

    weights: tuple[float, ...]
    seconds: float


def apply() -> None:
    """Apply this module's patches."""
    handlers = provisioners._RESOURCE_HANDLERS
    for kind in (APPLICATION, CONFIG, GROUP):
        handlers.setdefault(kind, record_handlers(kind))
    release_aliases(handlers[ALIAS])
    count_failures()
    wait_in_threads()


def release_aliases(handlers: Handlers) -> None:
    """Move requests to a new version of an alias as its deployment group says.

    MiniStack ignores the update policy of an alias.
    """
    update = handlers["update"]

    def release(
        physical_id: str,
        old: Properties,
        new: Properties,
        stack_name: str,
        logical_id: str | None = None,
    ) -> Provisioned:
        name, alias = str(new.get("FunctionName", "")), str(new.get("Name", ""))
        name = name.partition(":function:")[2] or name
        steps = find_steps(stack_name, logical_id)
        current = lambda_svc._functions[name]["aliases"].get(alias, {}).get("FunctionVersion")
        before, after = str(current), str(new.get("FunctionVersion"))
        same_alias = all(old.get(key) == new.get(key) for key in ("FunctionName", "Name"))
        if steps is not None and same_alias and before != after:
            shift(name, alias, (before, after), steps, alarms_of(stack_name, logical_id))
        result: Provisioned = update(physical_id, old, new, stack_name, logical_id)
        return result

    handlers["update"] = release


def shift(
    function: str, alias: str, versions: tuple[str, str], steps: Steps, alarms: list[str]
) -> None:
    """Shift requests, and watch the errors of both versions.

    Raises:
        ValueError: A call failed. The alias has its previous version again.
    """
    before, after = versions
    with _lock:
        start = {version: _failures[function, version] for version in versions}
    try:
        for weight in steps.weights:
            weights = {"AdditionalVersionWeights": {after: weight}}
            lambda_svc._update_alias(function, alias, {"RoutingConfig": weights})
            end = time.monotonic() + steps.seconds
            while time.monotonic() < end:
                time.sleep(POLL_SECONDS)
                failed = [name for name in versions if _failures[function, name] > start[name]]
                ringing = [name for name in alarms if is_ringing(name)]
                if failed or ringing:
                    reason = f"alarm {ringing[0]}" if ringing else f"errors of version {failed[0]}"
                    raise ValueError(
                        f"CodeDeploy stopped the deployment of version {after} because of "
                        f"{reason}, and {function}:{alias} has version {before} again"
                    )
    finally:
        lambda_svc._update_alias(function, alias, {"RoutingConfig": {}})


def find_steps(stack_name: str, logical_id: str | None) -> Steps | None:
    """Return the steps of the deployment group of an alias; None if it changes at once."""
    properties, resources = group_of(stack_name, logical_id)
    name = str(properties.get("DeploymentConfigName", ""))
    provided = _PROVIDED.fullmatch(name)
    if provided is not None:
        return make_steps(provided[1], int(provided[2]), int(provided[3]))
    for resource in resources.values():
        if resource.get("ResourceType") == CONFIG and resource.get("PhysicalResourceId") == name:
            routing = resource["Properties"].get("TrafficRoutingConfig") or {}
            for kind in ("Canary", "Linear"):
                if (times := routing.get(f"TimeBased{kind}")) is not None:
                    percent, minutes = times[f"{kind}Percentage"], times[f"{kind}Interval"]
                    return make_steps(kind, int(percent), int(minutes))
    return None


def make_steps(kind: str, percent: int, minutes: int) -> Steps:
    """Return the steps of a canary or of a linear release, in the time that they take here."""
    shares = [percent] if kind == "Canary" else list(range(percent, 100, percent))
    seconds = min(minutes * SECONDS_PER_MINUTE, MAX_SECONDS / len(shares))
    return Steps(tuple(share / 100 for share in shares), seconds)


def alarms_of(stack_name: str, logical_id: str | None) -> list[str]:
    """Return the names of the alarms that stop a deployment."""
    properties, _resources = group_of(stack_name, logical_id)
    configuration = properties.get("AlarmConfiguration") or {}
    return [str(alarm["Name"]) for alarm in configuration.get("Alarms") or []]


def group_of(
    stack_name: str, logical_id: str | None
) -> tuple[Properties, dict[str, dict[str, Any]]]:
    """Return the properties of the deployment group of an alias, and its stack's resources."""
    stack = cloudformation._stacks.get(stack_name) or {}
    resources: dict[str, dict[str, Any]] = stack.get("_resources") or {}
    template = stack.get("_template") or {}
    resource = template.get("Resources", {}).get(logical_id) or {}
    policy = (resource.get("UpdatePolicy") or {}).get("CodeDeployLambdaAliasUpdate") or {}
    group = policy.get("DeploymentGroupName")
    if isinstance(group, dict):
        return (resources.get(str(group.get("Ref"))) or {}).get("Properties") or {}, resources
    for found in resources.values():
        if found.get("ResourceType") == GROUP and found.get("PhysicalResourceId") == group:
            return found.get("Properties") or {}, resources
    return {}, resources


def is_ringing(name: str) -> bool:
    """Return whether an alarm of this account and region is in the state ALARM.

    Those of Lambda's metrics are left out: MiniStack evaluates them without their dimensions, so
    that errors of any function set them off. Errors of this one are counted here.
    """
    alarm = cloudwatch._alarms.get(name) or {}
    return bool(alarm.get("StateValue") == "ALARM" and alarm.get("Namespace") != "AWS/Lambda")


def count_failures() -> None:
    """Count the failed calls of each version, which MiniStack's metrics do not tell apart."""
    emit = lambda_svc._emit_lambda_logs

    def emit_and_count(
        func: dict[str, Any], request_id: str, log_text: str, error: bool, *rest: Any, **named: Any
    ) -> None:
        config: dict[str, Any] = func.get("config") or func
        if error:
            with _lock:
                _failures[config["FunctionName"], str(config.get("Version", "$LATEST"))] += 1
        emit(func, request_id, log_text, error, *rest, **named)

    lambda_svc._emit_lambda_logs = emit_and_count


def wait_in_threads() -> None:
    """Update aliases in threads, so that requests are served while a release waits."""
    runs_in_thread = stacks._runs_on_worker_thread

    def also_aliases(resource_type: str) -> bool:
        return resource_type == ALIAS or bool(runs_in_thread(resource_type))

    stacks._runs_on_worker_thread = also_aliases
