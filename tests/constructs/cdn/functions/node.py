"""Run the JavaScript of snippets in Node, on events of CloudFront's structure."""

import copy
import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from serverless_stack.constructs.cdn.functions.composition import generated_code
from serverless_stack.constructs.cdn.functions.snippet import Snippet
from serverless_stack.local.toolchain.node import find_node

HERE = Path(__file__).parent
EVENTS = {
    name: json.loads((HERE / "events" / f"{name}.json").read_text())
    for name in ("viewer-request", "viewer-response")
}


@dataclass(frozen=True)
class Run:
    """A call of the function that snippets are composed into.

    Attributes:
        snippets: The snippets, of one event.
        changes: What of the recorded event is different, by dotted path such as ``request.uri``.
        store: The key value store.
    """

    snippets: Sequence[Snippet]
    changes: Mapping[str, object] = field(default_factory=dict)
    store: Mapping[str, str] = field(default_factory=dict)


def run_all(runs: Sequence[Run]) -> list[Any]:
    """Return what each function returns, by one process of Node."""
    calls = []
    for run in runs:
        event = copy.deepcopy(EVENTS[run.snippets[0].event])
        for path, value in run.changes.items():
            *parents, name = path.split(".")
            place = event
            for parent in parents:
                place = place[parent]
            place[name] = value
        code = generated_code(run.snippets)
        calls.append({"code": code, "event": event, "store": dict(run.store)})
    done = subprocess.run(
        [str(find_node().program), str(HERE / "run.js")],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        check=True,
    )
    results: list[Any] = json.loads(done.stdout)
    return results
