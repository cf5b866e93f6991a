"""What is deployed: stacks with their outputs and resources, functions, and URLs."""

from typing import Any

from ministack.services import cloudformation, lambda_svc

from ...http.catalog import urls
from ...settings import Settings
from ..requests import ConsoleRequest, Document, View

MAX_RESOURCES = 1000
GONE = "DELETE_COMPLETE"


def views(settings: Settings) -> dict[tuple[str, str], View]:
    """Return the views of this tab."""

    def overview(request: ConsoleRequest) -> object:
        return {
            "stacks": stacks(),
            "functions": functions(),
            "urls": urls(settings),
            "endpoint": f"http://127.0.0.1:{settings.gateway_port}",
            "logs": str(settings.logs),
        }

    def resources(request: ConsoleRequest) -> object:
        return {"resources": resources_of(request.text("stack"))}

    return {("GET", "/api/overview"): overview, ("GET", "/api/resources"): resources}


def stacks() -> list[Document]:
    """Return the stacks of all accounts and regions, without deleted ones."""
    found = []
    for (account, region, _name), stack in list(cloudformation._stacks._data.items()):
        if stack["StackStatus"] == GONE:
            continue
        found.append(
            {
                "id": stack["StackId"],
                "name": stack["StackName"],
                "status": stack["StackStatus"],
                "reason": stack.get("StackStatusReason") or "",
                "account": account,
                "region": region,
                "updated": stack.get("LastUpdatedTime") or stack.get("CreationTime") or "",
                "resources": len(_resources(stack)),
                "outputs": [
                    {"key": each["OutputKey"], "value": str(each["OutputValue"])}
                    for each in stack.get("Outputs") or []
                ],
            }
        )
    return sorted(found, key=lambda each: (each["name"] == "CDKToolkit", each["name"]))


def fingerprint() -> list[tuple[str, str, str]]:
    """Return what changes with each change of a stack."""
    found = list(cloudformation._stacks._data.values())
    return [(s["StackId"], s["StackStatus"], str(s.get("LastUpdatedTime"))) for s in found]


def resources_of(stack_id: str) -> list[Document]:
    """Return the resources of a stack."""
    for stack in list(cloudformation._stacks._data.values()):
        if stack["StackId"] == stack_id:
            return [_resource(each) for each in _resources(stack)[:MAX_RESOURCES]]
    return []


def functions() -> list[Document]:
    """Return the functions of all accounts and regions."""
    found = []
    for (account, region, name), record in list(lambda_svc._functions._data.items()):
        config: Document = record.get("config") or {}
        found.append(
            {
                "name": name,
                "account": account,
                "region": region,
                "runtime": config.get("Runtime") or config.get("PackageType") or "",
                "memory": config.get("MemorySize"),
                "timeout": config.get("Timeout"),
                "handler": config.get("Handler") or "",
                "description": config.get("Description") or "",
            }
        )
    return sorted(found, key=lambda each: str(each["name"]))


def _resources(stack: Document) -> list[Document]:
    return list(stack.get("_resources", {}).values())


def _resource(resource: Any) -> Document:
    return {
        "id": resource.get("LogicalResourceId"),
        "type": resource.get("ResourceType"),
        "physical_id": str(resource.get("PhysicalResourceId")),
        "status": resource.get("ResourceStatus"),
    }
