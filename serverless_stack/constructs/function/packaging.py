"""Build the asset of a Python function: the same input gives the same bytes on every machine."""

import hashlib
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

from serverless_stack.constructs.function.archives import (
    Entry,
    Member,
    check_unchanged,
    digest_of,
    files_of,
    read_entries,
    write_archive,
)
from serverless_stack.constructs.function.artifacts import Readable
from serverless_stack.constructs.function.bytecode import compile_folder, find_interpreter
from serverless_stack.constructs.function.installation import LambdaPlatform, install
from serverless_stack.constructs.function.library import RUNTIME, library_parts
from serverless_stack.constructs.function.package_cache import cached_archive, has_archive
from serverless_stack.constructs.function.record import write_record
from serverless_stack.constructs.function.requirement_lines import normalized
from serverless_stack.constructs.function.requirements import Requirements
from serverless_stack.constructs.function.source import MAX_UNZIPPED_BYTES, read_source

_FORMAT = "5"


@dataclass(frozen=True)
class Package:
    """A packaged function.

    Attributes:
        archive: The zip file.
        digest: SHA-256 of the path, mode and content of every file but byte code, and of which
            byte code was asked for, in hexadecimal. It is also the comment of the archive.
        size: The size of all files in bytes, unzipped.
        unpinned: The distributions in it that the requirements do not pin, sorted.
        has_byte_code: Whether its Python files are compiled.
        files: The files, by their paths in the package.
    """

    archive: Path
    digest: str
    size: int
    unpinned: tuple[str, ...] = ()
    has_byte_code: bool = False
    files: Mapping[str, Readable] = field(default_factory=dict, compare=False, repr=False)

    @property
    def asset_hash(self) -> str:
        """The hash of its asset in templates, which CDK makes of the digest."""
        return hashlib.sha256(self.digest.encode()).hexdigest()


@dataclass(frozen=True)
class _Base:
    """What an edit of the handler leaves as it is: the installed requirements and this library."""

    archive: Path
    entries: Mapping[str, Entry]
    byte_code: Mapping[str, Entry]


def package(
    source: Path,
    requirements: Requirements | None,
    platform: LambdaPlatform,
    exclude: Collection[str] = (),
    *,
    bytecode: bool | None = False,
    max_size: int = MAX_UNZIPPED_BYTES,
) -> Package:
    """Package the source of a handler with its requirements and the runtime of this library.

    The result is kept in the cache folder of this machine, under a hash of its input, so that
    packaging again installs nothing. So is what an edit of the handler does not change.

    Args:
        source: The folder of the handler.
        requirements: Its requirements, or None.
        platform: The platform of the function.
        exclude: Paths in the source that do not belong to it, such as the output of the app.
        bytecode: Whether to compile its Python files, if this machine can. None: if the package
            is not larger than ``max_size`` with the byte code.
        max_size: The size in bytes, unzipped.

    Raises:
        ValueError: If the requirements cannot be installed for the platform.
        RuntimeError: If the cache cannot be written to.
    """
    if bytecode is False:
        return _package(source, requirements, platform, exclude, "")
    # Functions with the same files may differ in their Python, and in the room for byte code.
    asked_for = f"byte code of Python {platform.python}"
    if bytecode is None and max_size != MAX_UNZIPPED_BYTES:
        asked_for += f" in {max_size} bytes"
    compiled = _package(source, requirements, platform, exclude, asked_for)
    if bytecode or compiled.size <= max_size or not compiled.has_byte_code:
        return compiled
    return _package(source, requirements, platform, exclude, asked_for, compiles=False)


def _package(
    source: Path,
    requirements: Requirements | None,
    platform: LambdaPlatform,
    exclude: Collection[str],
    asked_for: str,
    *,
    compiles: bool = True,
) -> Package:
    """Package a handler: see `package`.

    Args:
        source: The folder of the handler.
        requirements: Its requirements, or None.
        platform: The platform of the function.
        exclude: Paths in the source that do not belong to it.
        asked_for: What is asked for beside the files, a part of the digest; empty without byte
            code. It is the same on machines that can compile and on those that cannot.
        compiles: Whether what is asked for is made, if this machine can.
    """
    if requirements is not None and requirements.is_empty:
        requirements = None
    installed = requirements.digest if requirements else ""
    base = f"{_FORMAT}\n{platform}\n{installed}\n{library_parts(*RUNTIME).digest}"
    own = read_source(source, exclude).files
    entries = read_entries(own)
    text = f"{base}\n{digest_of(entries)}\nasked for: {asked_for}, compiled: "
    interpreter, is_compiled = None, bool(asked_for) and compiles
    if is_compiled and not has_archive("handlers", _key(f"{text}{True}")):
        interpreter = find_interpreter(platform.python)
        is_compiled = interpreter is not None

    def build(target: Path, work: Path) -> dict[str, Any]:
        made = _base(f"{base}\n{is_compiled}", requirements, platform, interpreter)
        replaced = _replaced(source, entries, made)
        kept = {name: each for name, each in made.entries.items() if name not in replaced}
        digest = digest_of({**kept, **entries})
        if asked_for:
            digest = hashlib.sha256(f"{digest}\n{asked_for}".encode()).hexdigest()
        compiled = _compiled(own, work / "own", interpreter) if interpreter else {}
        written = write_archive(
            target, {**own, **compiled}, base=made.archive, without=replaced, comment=digest
        )
        check_unchanged({name: written[name] for name in own}, entries, source)
        byte_code = [each.size for name, each in made.byte_code.items() if name not in replaced]
        return {
            "digest": digest,
            "names": sorted({*kept, *entries}),
            "size": sum(byte_code) + _size(kept.values()) + _size(written.values()),
        }

    archive, notes = cached_archive("handlers", _key(f"{text}{is_compiled}"), build)
    names = notes["names"]
    folders = {name.partition("/")[0] for name in names}
    distributions = {name.split("-")[0] for name in folders if name.endswith(".dist-info")}
    unpinned = {*map(normalized, distributions)} - (requirements.pinned if requirements else set())
    if requirements is not None:
        write_record(notes["digest"], requirements)
    return Package(
        archive,
        notes["digest"],
        notes["size"],
        tuple(sorted(unpinned)),
        is_compiled,
        {name: own.get(name) or Member(archive, name) for name in names},
    )


def _base(
    text: str, requirements: Requirements | None, platform: LambdaPlatform, interpreter: str | None
) -> _Base:
    """Return the part of a package that no edit of the handler changes, from the cache."""
    library = library_parts(*RUNTIME)

    def build(target: Path, work: Path) -> dict[str, Any]:
        folder = work / "code"
        if requirements is not None:
            install(requirements, folder, platform)
        for name, path in library.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / name)
        if interpreter is not None:
            compile_folder(folder, interpreter)
        written = write_archive(target, files_of(folder))
        check_unchanged(
            {name: written[name] for name in library.files}, library.entries, library.root
        )
        notes: dict[str, dict[str, list[object]]] = {"entries": {}, "byte code": {}}
        for name, entry in written.items():
            kind = "byte code" if _is_byte_code(name) else "entries"
            notes[kind][name] = [*astuple(entry)]
        return notes

    archive, notes = cached_archive("bases", _key(text), build)
    entries, byte_code = (
        {name: Entry(*values) for name, values in notes[kind].items()}
        for kind in ("entries", "byte code")
    )
    return _Base(archive, entries, byte_code)


def _replaced(source: Path, own: Collection[str], base: _Base) -> set[str]:
    """Return the files of the base that the handler has others for, with their byte code."""
    folders = {parent for name in base.entries for parent in _parents(name)}
    for name in sorted(own):
        clashes = [path for path in _parents(name) if path in base.entries]
        clashes += [name] if name in folders else []
        if clashes:
            raise ValueError(
                f"{source} must not have a file where its requirements have a folder, or the other "
                f"way round, got: {clashes[0]!r}"
            )
    replaced = base.entries.keys() & set(own)
    return replaced | {name for name in base.byte_code if _source_of(name) in replaced}


def _compiled(own: Mapping[str, Path], folder: Path, interpreter: str) -> dict[str, Path]:
    """Return the handler's own modules and their byte code, by their paths in the package."""
    for name, path in own.items():
        if name.endswith(".py"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / name)
    compile_folder(folder, interpreter)
    return files_of(folder)


def _parents(name: str) -> Iterator[str]:
    while name := name.rpartition("/")[0]:
        yield name


def _is_byte_code(name: str) -> bool:
    return "__pycache__" in name.split("/")


def _source_of(byte_code: str) -> str:
    """Return the path of the module that byte code is of."""
    folder, _, file = byte_code.rpartition("__pycache__/")
    return f"{folder}{file.rsplit('.', 2)[0]}.py"  # without the tag of the interpreter


def _size(entries: Iterable[Entry]) -> int:
    return sum(entry.size for entry in entries)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
