"""Write down the environment that the CDK CLI passes to an app, and run the app.

A program of its own: ``recorder.py FILE COMMAND``.
"""

import json
import os
import sys


def main() -> None:
    """Record, and become the app."""
    target, command = sys.argv[1:]
    environment = dict(os.environ)
    overflow = environment.get("CONTEXT_OVERFLOW_LOCATION_ENV")
    context = environment.get("CDK_CONTEXT_JSON", "{}")
    if overflow:
        with open(overflow, encoding="utf-8") as source:
            context = json.dumps({**json.loads(context), **json.load(source)})
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as sink:
        json.dump({"environment": environment, "context": context}, sink)
    os.execve("/bin/sh", ["/bin/sh", "-c", command], environment)


main()
