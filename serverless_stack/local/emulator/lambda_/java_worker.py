"""Execution environments of Java functions: MiniStack has them in Docker only."""

import os
import re
from pathlib import Path

from .jdk import JdkError, compiled_bootstrap, find_jdk
from .process import Command
from .worker import FunctionWorker

MAIN = "serverlessstack.local.Bootstrap"
# "Customize Java runtime startup behavior": what Lambda itself passes to the JVM.
OPTIONS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
HEAP_SHARE = 0.85
MESSAGE = "the local cloud runs Java functions with a JDK on PATH or at JAVA_HOME, and finds none"


class JavaWorker(FunctionWorker):
    """An execution environment of a Java function.

    The JDK of this machine runs it, whatever the runtime of the function. It loads the classes of
    the package, the jars in ``lib`` and those in ``java/lib`` of layers.
    """

    def _command(self, code: Path, opt: Path | None, variables: dict[str, str]) -> Command:
        jdk = find_jdk()
        if jdk is None:
            raise JdkError(MESSAGE)
        bootstrap = compiled_bootstrap(jdk, self.tools.settings.tmp / "code")
        path = [str(bootstrap), str(code), str(code / "lib" / "*")]
        if opt is not None:
            path.append(str(opt / "java" / "lib" / "*"))
        heap = int(int(self.config.get("MemorySize", 128)) * HEAP_SHARE)
        variables.pop("PYTHONIOENCODING", None)
        program = [str(jdk / "bin" / "java"), *OPTIONS, f"-Xmx{heap}m"]
        program += ["-classpath", os.pathsep.join(path), MAIN]
        # The pipe has a name where the numbers of open files are paths, as on Linux and macOS.
        return lambda pipe, marker: [*program, f"/dev/fd/{pipe}", marker]


def is_java(runtime: str) -> bool:
    """Return whether a runtime is one of Java, such as ``java21`` or ``java8.al2``."""
    return re.fullmatch(r"java\d+(\.al2)?", runtime) is not None
