"""Building a folder of Java sources by the tool of its project: Maven, Gradle or the JDK alone."""

import hashlib
import os
import re
import shutil
import subprocess
import time
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from serverless_stack.constructs.function.artifacts import Readable
from serverless_stack.constructs.function.package_cache import cached

_BUILD_SECONDS = 900
_OUTPUT_LINES = 40
_FORMAT = "1"
# The output of the tools, and what no build reads.
_NO_SOURCE = {".git", ".gradle", ".idea", "bin", "build", "node_modules", "out", "target"}
_PARTIAL = re.compile(r"^original-|-(sources|javadoc|tests|test-sources|plain)\.jar$")
_COMPLETE = re.compile(r"-(all|aws|shaded|uber|jar-with-dependencies)\.jar$")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date of the format of zip


@dataclass(frozen=True)
class _Tool:
    """A build tool.

    Attributes:
        name: Its name on ``PATH``.
        wrapper: The script of a project that runs the right version of it.
        arguments: The arguments that build the project.
        outputs: Where the result is, the most complete first.
    """

    name: str
    wrapper: str
    arguments: tuple[str, ...]
    outputs: tuple[str, ...]


_MAVEN = _Tool("mvn", "mvnw", ("-B", "-q", "-DskipTests", "package"), ("target/*.jar",))
_GRADLE = _Tool(
    "gradle",
    "gradlew",
    ("--console=plain", "-q", "build", "-x", "test"),
    ("build/distributions/*.zip", "build/libs/*.jar"),
)
_TOOLS = {"pom.xml": _MAVEN, "build.gradle": _GRADLE, "build.gradle.kts": _GRADLE}


def build_java(source: Path, release: str) -> Path | None:
    """Build a folder with ``pom.xml``, ``build.gradle`` or ``.java`` files.

    The result is kept in the cache folder of this machine, under a hash of the sources, so that
    building again runs nothing. Its entries have no dates, so that the same classes give the same
    bytes.

    Args:
        source: The folder.
        release: The version of Java that runs the function, such as ``21``.

    Returns:
        The jar or zip file, or the folder of classes; None if there is nothing to build.

    Raises:
        ValueError: If the tool is missing, fails, takes too long, or leaves no single jar.
    """
    tool = next((tool for name, tool in _TOOLS.items() if (source / name).is_file()), None)
    sources = _sources(source)
    if tool is None and not any(path.suffix == ".java" for path in sources):
        return None
    key = _digest(source, sources, tool.name if tool else f"javac {release}")

    def build(target: Path) -> None:
        if tool is None:
            _compile(source, sources, target, release)
        else:
            _normalize(_built(source, tool), target)

    folder = cached("java", key, build)
    return folder if tool is None else next(folder.iterdir())


def content_digest(files: Mapping[str, Readable]) -> str:
    """Return the digest of the paths and contents of files.

    Args:
        files: The files, by their paths.
    """
    digest = hashlib.sha256()
    for name in sorted(files):
        content = files[name].read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _sources(source: Path) -> list[Path]:
    """Return the files of a project, sorted, and the poms above that it may inherit from."""
    found: list[Path] = []
    for root, folders, names in os.walk(source):
        folders[:] = sorted(set(folders) - _NO_SOURCE)
        found += (Path(root, name) for name in sorted(names))
    parent = source.absolute().parent
    while (pom := parent / "pom.xml").is_file():
        found.append(pom)
        parent = parent.parent
    return found


def _digest(source: Path, sources: Iterable[Path], tool: str) -> str:
    digest = hashlib.sha256(f"{_FORMAT}\0{tool}\0".encode())
    for path in sources:
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{os.path.relpath(path, source)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _built(source: Path, tool: _Tool) -> Path:
    """Run the tool, and return the one file that it made."""
    wrapper = source / tool.wrapper
    if wrapper.is_file():
        program = [f"./{tool.wrapper}"] if os.access(wrapper, os.X_OK) else ["sh", tool.wrapper]
    elif shutil.which(tool.name):
        program = [tool.name]
    else:
        raise ValueError(
            f"`code` must be a jar, or this machine must have `{tool.name}` to build "
            f"{str(source)!r}, and neither it nor {tool.wrapper} is there"
        )
    before = time.time() - 1  # as exact as the clocks of file systems
    _run([*program, *tool.arguments], source)
    files: list[Path] = []
    for pattern in tool.outputs:
        files = [path for path in source.glob(pattern) if not _PARTIAL.search(path.name)]
        files = [path for path in files if _COMPLETE.search(path.name)] or files
        if len(files) > 1:  # of which others may be left over from before
            files = [path for path in files if path.stat().st_mtime >= before]
        if files:
            break
    if len(files) != 1:
        places = " or ".join(tool.outputs)
        names = ", ".join(sorted(path.name for path in files)) or "none"
        raise ValueError(
            f"`code` must be a project that makes one file {places} (in {source}), got: {names}; "
            "pass the right one as `code`"
        )
    return files[0]


def _compile(source: Path, sources: list[Path], target: Path, release: str) -> None:
    """Compile a folder without a build file, and copy its other files."""
    if shutil.which("javac") is None:
        raise ValueError(
            f"`code` must be a jar, or this machine must have a JDK to compile {str(source)!r}, "
            "and there is no `javac`"
        )
    version = re.search(r"\d+", _run(["javac", "-version"], source))
    newest = int(version.group()) if version else int(release)
    jars = [path for path in sources if path.suffix == ".jar"]
    command = ["javac", "-encoding", "UTF-8", "--release", str(min(int(release), newest))]
    command += ["-d", str(target), "-implicit:none"]
    if jars:
        command += ["-classpath", os.pathsep.join(os.path.relpath(jar, source) for jar in jars)]
    names = [os.path.relpath(path, source) for path in sources if path.suffix == ".java"]
    _run([*command, *names], source)
    for path in sources:
        if path.suffix not in (".java", ".class") and path.is_relative_to(source):
            # The JVM of a function finds jars in `lib` only.
            name = f"lib/{path.name}" if path.suffix == ".jar" else path.relative_to(source)
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / name)


def _run(command: list[str], folder: Path) -> str:
    shown = " ".join(command[:8]) + (" …" if len(command) > 8 else "")
    try:
        completed = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=_BUILD_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError(
            f"`code` must be built within {_BUILD_SECONDS} seconds by `{shown}` (in {folder}); "
            "build it yourself, and pass the jar"
        ) from error
    except OSError as error:
        raise ValueError(f"`code` must be built by `{shown}` (in {folder}): {error}") from error
    if completed.returncode:
        plain = _COLOURS.sub("", completed.stdout).strip()
        output = "\n".join(plain.splitlines()[-_OUTPUT_LINES:])
        raise ValueError(f"`code` must be built by `{shown}` (in {folder}), which says:\n{output}")
    return completed.stdout


def _normalize(archive: Path, target: Path) -> None:
    """Copy a jar or zip file without its dates, in an order that its content decides."""
    with (
        zipfile.ZipFile(archive) as made,
        zipfile.ZipFile(target / f"code{archive.suffix}", "w") as normalized,
    ):
        # Java reads the manifest as the first entry.
        names = {"META-INF/": 0, "META-INF/MANIFEST.MF": 1}
        for entry in sorted(
            made.infolist(), key=lambda entry: (names.get(entry.filename, 2), entry.filename)
        ):
            content = made.read(entry)
            if entry.filename.endswith("/pom.properties"):  # of which the first lines are a date
                lines = content.splitlines(keepends=True)
                content = b"".join(line for line in lines if not line.startswith(b"#"))
            info = zipfile.ZipInfo(entry.filename, _EPOCH)
            info.external_attr = (0o755 if entry.is_dir() else 0o644) << 16
            info.compress_type = zipfile.ZIP_STORED if entry.is_dir() else zipfile.ZIP_DEFLATED
            normalized.writestr(info, content)
