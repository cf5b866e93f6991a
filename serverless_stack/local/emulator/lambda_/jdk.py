"""The Java Development Kit of this machine, and our bootstrap compiled by it."""

import hashlib
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

SOURCES = Path(__file__).with_name("java")
COMPILE_SECONDS = 120
_lock = threading.Lock()


class JdkError(RuntimeError):
    """There is no JDK, or it cannot compile the bootstrap."""


def find_jdk() -> Path | None:
    """Return the folder of the JDK: that of ``JAVA_HOME``, else of the compiler on ``PATH``."""
    home = os.environ.get("JAVA_HOME")
    if home and Path(home, "bin", "javac").is_file():
        return Path(home)
    compiler = shutil.which("javac")
    if compiler is None:
        return None
    folder = Path(compiler).resolve().parent
    return folder.parent if (folder / "java").is_file() else None


def compiled_bootstrap(jdk: Path, parent: Path) -> Path:
    """Return the folder with the classes of the bootstrap, compiled on first use.

    Args:
        jdk: The JDK.
        parent: The folder for the new folder.

    Raises:
        JdkError: The JDK cannot compile it. The message is the compiler's.
    """
    sources = sorted(SOURCES.glob("*.java"))
    digest = hashlib.sha256(str(jdk).encode())
    for source in sources:
        digest.update(source.read_bytes())
    folder = parent / f"java-{digest.hexdigest()[:24]}"
    with _lock:
        if folder.is_dir():
            return folder
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=parent) as scratch:
            partial = Path(scratch) / "classes"
            command = [str(jdk / "bin" / "javac"), "-nowarn", "-encoding", "UTF-8"]
            done = subprocess.run(
                [*command, "-d", str(partial), *map(str, sources)],
                capture_output=True,
                text=True,
                timeout=COMPILE_SECONDS,
                check=False,
            )
            if done.returncode != 0:
                raise JdkError(f"{jdk} cannot compile what runs Java functions: {done.stderr}")
            partial.rename(folder)
    return folder
