"""The diagram of what is deployed, drawn by the library in the Python of the user."""

import hashlib
import json
import subprocess
import threading

from ministack.services import cloudformation

from ...settings import Settings
from ..requests import ConsoleError, ConsoleRequest, Document, View

SECONDS = 120.0
MODULE = "serverless_stack.local.deployed_diagram"
TOOLKIT = "CDKToolkit"


def views(settings: Settings) -> dict[tuple[str, str], View]:
    """Return the views of this tab."""
    drawings: dict[str, Document] = {}
    lock = threading.Lock()

    def diagram(request: ConsoleRequest) -> object:
        if settings.python is None:
            raise ConsoleError("this local cloud was started without a Python that draws", 503)
        deployed = [
            {"name": stack["StackName"], "template": stack.get("_template") or {}}
            for stack in list(cloudformation._stacks._data.values())
            if stack["StackStatus"] != "DELETE_COMPLETE" and stack["StackName"] != TOOLKIT
        ]
        if not deployed:
            return {"svg": "", "nodes": []}
        text = json.dumps({"stacks": deployed}, default=str)
        digest = hashlib.sha256(text.encode()).hexdigest()
        with lock:
            if digest not in drawings:
                drawings.clear()
                drawings[digest] = _drawn(settings.python, text)
            return {**drawings[digest], "resources": _physical_ids()}

    return {("GET", "/api/diagram"): diagram}


def _drawn(python: str, text: str) -> Document:
    try:
        done = subprocess.run(
            [python, "-m", MODULE],
            input=text,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConsoleError(f"the diagram could not be drawn: {error}", 500) from error
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        raise ConsoleError(f"the diagram could not be drawn: {lines[-1]}", 500)
    drawing: Document = json.loads(done.stdout)
    return drawing


def _physical_ids() -> dict[str, str]:
    """Return the physical id of each resource, by its stack and logical id."""
    return {
        f"{stack['StackName']}/{logical_id}": str(resource.get("PhysicalResourceId"))
        for stack in list(cloudformation._stacks._data.values())
        for logical_id, resource in list(stack.get("_resources", {}).items())
    }
