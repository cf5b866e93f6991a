"""Run a CDK app again and again: load aws_cdk and jsii's kernel once, run the app in forks.

A program of its own that runs in the app's interpreter, which may lack this library:
``worker.py REQUESTS ANSWERS SCRIPT``, with the descriptors of two pipes of JSON lines. The kernel
and this process never run code of the app; a fork does, and ends as an interpreter ends.
"""

from __future__ import annotations

import sys

STARTUP = set(sys.modules)  # an app has them from the interpreter as well

# ruff: noqa: E402 - the modules are imported after the line above
import atexit
import importlib.util
import json
import os
import signal
import tempfile
import threading
import traceback
import types
import warnings
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, Any

# The folder of this file is the first one of `sys.path` until `main` replaces it.
if TYPE_CHECKING:
    from serverless_stack.synthesis.loaded import Loaded
else:
    from loaded import Loaded

    del sys.modules["loaded"]  # the app may have a module of this name

Request = dict[str, Any]
Answer = dict[str, Any]

# Where our constructs write down what they have packaged.
REPACKAGING = "serverless_stack.constructs.function.repackaging"
FOLDER = "the working folder"
# Packages that are loaded before the app runs: none of them does anything but define.
PRELOADED = ("aws_cdk", "constructs", "jsii", "serverless_stack", "cdk_nag")


def preload(names: list[str]) -> None:
    """Import modules, those that are missing excepted."""
    for name in names:
        try:
            __import__(name)
        except Exception:  # the app finds out when it imports it
            continue


def preloadable() -> list[str]:
    """Return the names of the loaded modules that may stay, in the order of their loading."""
    return [name for name in list(sys.modules) if name.partition(".")[0] in PRELOADED]


def with_changes(environment: dict[str, str], changes: dict[str, str | None]) -> dict[str, str]:
    """Return an environment with changes; None removes a variable."""
    every = {**environment, **changes}
    return {name: text for name, text in every.items() if text is not None}


class FirstImport:
    """Sees in which state the app imports a loaded package first.

    There, an app without this worker would start the kernel, which would have the app's folder and
    environment of that moment.
    """

    def __init__(self, changes: dict[str, str | None]) -> None:
        self.modules = {name: sys.modules.pop(name) for name in preloadable()}
        self.before = self.state()
        self.started = with_changes(self.before, changes)  # what the kernel has
        self.change = ""
        # What the app changes before, if a kernel that inherits it is all that is needed.
        self.changes: dict[str, str | None] | None = None
        self.loaded: dict[str, tuple[Any, Any]] = {}
        sys.meta_path.insert(0, self)

    def state(self) -> dict[str, str]:
        """Return what a kernel would inherit."""
        return {**os.environ, FOLDER: os.getcwd()}

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Bring the loaded modules back at the first import of one."""
        if not self.modules or name.partition(".")[0] not in PRELOADED:
            return None
        module = self.modules.pop(name, None)
        if name != "serverless_stack":  # which loads nothing by itself
            before, now = self.started, self.state()
            for each in {*before, *now}:
                if before.get(each) != now.get(each):
                    self.change = f"the app changes {each} before it imports {name}"
            if now.pop(FOLDER) == self.before.pop(FOLDER):
                every = {*self.before, *now}
                self.changes = {
                    each: now.get(each) for each in every if self.before.get(each) != now.get(each)
                }
            sys.modules.update(self.modules)
            self.modules = {}
        if module is None:
            return None
        self.loaded[name] = (module, module.__spec__)
        return ModuleSpec(name, self)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """Return the loaded module."""
        module: types.ModuleType = self.loaded[spec.name][0]
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Leave the module as it was loaded."""
        module.__spec__ = self.loaded[module.__name__][1]


def run_app(script: str, arguments: list[str]) -> Answer:
    """Run the app as the interpreter does, and return its exit status."""
    path = os.path.abspath(script)
    main = types.ModuleType("__main__")
    main.__file__ = path
    main.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = main
    sys.argv = [script, *arguments]
    try:
        with open(path, "rb") as source:
            code = compile(source.read(), path, "exec", dont_inherit=True)
        exec(code, main.__dict__)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            status = end.code or 0
        else:
            print(end.code, file=sys.stderr)
            status = 1
        # It may have left the kernel in the middle of a call.
        return {"broken": f"the app ended by itself with status {status}"} if status else {}
    except BaseException as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next  # as if there were no worker
        traceback.print_exception(type(error), error, trace)
        return {"status": 1}
    return {}


def reads_of(paths: set[str]) -> Callable[[str, tuple[object, ...]], None]:
    """Return a hook that collects the folders and files that Python reads."""

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in ("open", "os.scandir", "os.listdir") and isinstance(arguments[0], str):
            paths.add(os.path.abspath(arguments[0]))

    return hook


def source_of(path: str) -> str:
    """Return the source of a module's byte code, and any other path as it is."""
    try:
        return importlib.util.source_from_cache(path)
    except ValueError:
        return path


def package_again(packages: list[dict[str, Any]]) -> Answer:
    """Package functions again, and return the hash and archive of each; none for what is wrong."""
    module = importlib.import_module(REPACKAGING)
    found = [module.package_again(module.Packaged(**each)) for each in packages]
    return {"packages": [each and [each[0], str(each[1])] for each in found]}


def child(request: Request, report: int) -> None:
    """Answer a request in this fork, and end."""
    atexit._clear()  # of the worker: jsii would stop the kernel
    signal.signal(signal.SIGINT, signal.default_int_handler)
    tempfile.tempdir = None
    os.environ.clear()
    os.environ.update(request["environment"])
    answer = package_again(request["packages"]) if "packages" in request else run_in(request)
    with os.fdopen(report, "w", encoding="utf-8") as sink:
        json.dump(answer, sink)
    os._exit(0)  # without the finalizers of jsii, which would stop the kernel


def run_in(request: Request) -> Answer:
    """Run the app in this process, to the end of the interpreter."""
    read: set[str] = set()
    if request["trace"]:
        sys.addaudithook(reads_of(read))
    first = FirstImport(request["changes"])
    answer = run_app(request["script"], request["arguments"])
    if first.change:
        answer = {"broken": first.change, "changes": first.changes}  # None: it cannot be warm
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    made = getattr(sys.modules.get(REPACKAGING), "PACKAGES", [])
    answer |= {
        "modules": preloadable(),
        "read": sorted(map(source_of, read)),
        "packages": [vars(each) for each in made],
    }
    return answer


def run(request: Request) -> Answer:
    """Answer a request in a fork."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jsii has a thread, which waits for the kernel's messages
        pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            child(request, writing)
        finally:
            os._exit(70)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as source:
        text = source.read()
    os.waitpid(pid, 0)
    return json.loads(text) if text else {"broken": "the app ended its process"}


def main() -> None:
    """Answer requests until there are no more."""
    requests, answers, script = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    for descriptor in (requests, answers):
        os.set_inheritable(descriptor, False)
    folder = os.path.dirname(os.path.realpath(script))
    sys.path[0] = folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the watch decides
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    with os.fdopen(requests, encoding="utf-8") as lines:
        environment = with_changes(dict(os.environ), json.loads(lines.readline()))
        os.environ.clear()
        os.environ.update(environment)  # the kernel inherits it
        preload(["aws_cdk"])
        loaded = Loaded(folder, STARTUP)
        for line in lines:
            request = json.loads(line)
            changed = loaded.change()
            answer: Answer
            if changed is not None:
                answer = {"broken": f"{changed} has changed"}
            else:
                try:
                    if "script" in request:
                        # Assets may have changed; and the kernel has to answer.
                        sys.modules["aws_cdk"].AssetStaging.clear_asset_hash_cache()
                    answer = run(request)
                except Exception as error:
                    answer = {"broken": f"{type(error).__name__}: {error}"}
            preload(answer.pop("modules", []))
            loaded.note()
            os.write(answers, json.dumps(answer).encode() + b"\n")
    # The watch has ended. A regular end of the kernel would synthesize each of its apps again.
    os.killpg(os.getpgrp(), signal.SIGKILL)


main()
