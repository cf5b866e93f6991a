"""The entry point of the command `serverless-stack`."""

import importlib.util
import sys


def main() -> None:
    """Run the command line; exits with its status."""
    if sys.platform == "win32":
        print("serverless-stack runs on Linux and macOS; on Windows use WSL", file=sys.stderr)
        sys.exit(2)
    missing = [name for name in ("typer", "rich") if importlib.util.find_spec(name) is None]
    if missing:
        print(
            f"serverless-stack needs {' and '.join(missing)}: "
            "install it by `pip install 'serverless-stack[operations]'`",
            file=sys.stderr,
        )
        sys.exit(2)
    from serverless_stack.cli.app import application

    only = sys.argv[1] if len(sys.argv) > 1 else None
    application(only)(prog_name="serverless-stack")
