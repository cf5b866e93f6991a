"""The lines of a requirements.txt: what each refers to, pins, and must not ask for."""

import codecs
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # begins like that of UTF-16
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_BE: "utf-16",
}
_ENCODING = re.compile(rb"^\s*#.*coding[:=]\s*([-\w.]+)")
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
_NAME = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):")  # at least two letters: not the drive of a path
_PLACE = re.compile(rf"{_SCHEME.pattern}|\.{{1,2}}(\[|$)")
_OTHER_LIST = re.compile(r"-r|-c|--requirement\b|--constraint\b")
_EDITABLE = re.compile(r"(?:-e|--editable\b)[\s=]*(.*)")
_FIND_LINKS = re.compile(r"(?:-f|--find-links\b)[\s=]*(.+)")
_SHORT_OPTIONS = {"--find-links": ("-f",), "--index-url": ("-i", r"--pypi-url(?=[\s=])")}
# pip accepts the beginning of a name as well, which nobody else reads.
_OPTION = re.compile(r"--[\w-]+")
_OPTIONS = {
    "--constraint",
    "--editable",
    "--extra-index-url",
    "--find-links",
    "--index-url",
    "--no-binary",
    "--no-index",
    "--only-binary",
    "--pre",
    "--prefer-binary",
    "--pypi-url",
    "--require-hashes",
    "--requirement",
    "--trusted-host",
    "--use-feature",
}
_SOURCE_BUILD = re.compile(r"--no-binary\b(?!.*:none:)")


def normalized(name: str) -> str:
    """Return the name of a distribution in the form in which PyPI compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def name_of(line: str) -> str:
    """Return the normalized name of the distribution at the start of a line, or an empty one."""
    match = _NAME.match(line)
    return normalized(match[1]) if match else ""


def decoded(path: Path) -> str:
    """Return the text of a file as pip reads it: by byte order mark, declaration, or UTF-8."""
    content = path.read_bytes()
    encoding = next(
        (name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), None
    )
    for line in content.splitlines()[:2]:
        match = _ENCODING.match(line)
        if match and encoding is None:
            encoding = match[1].decode()
    try:
        text = content.decode(encoding or "utf-8")
    except (UnicodeDecodeError, LookupError) as error:
        raise ValueError(
            f"{path} must be encoded in UTF-8, or say its encoding in its first line "
            f"(`# coding: latin-1`): {error}"
        ) from error
    if "\0" in text:
        raise ValueError(f"{path} must be encoded in UTF-8, got: zero bytes, as in UTF-16")
    return text


def split_lines(text: str) -> list[str]:
    """Return the lines of a list, without comments, continuations and empty lines."""
    joined = re.sub(r"\\\r?\n", " ", text.removeprefix("\ufeff")).splitlines()
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in joined)
    return [line for line in lines if line]


def index_options(lines: Sequence[str], option: str) -> tuple[str, ...]:
    """Return the values of an option about indexes.

    Args:
        lines: The lines of a list.
        option: The long name of the option.
    """
    names = "|".join((*_SHORT_OPTIONS.get(option, ()), rf"{option}(?=[\s=])"))
    matches = [re.match(rf"(?:{names})[\s=]*(\S+)", line) for line in lines]
    return tuple(_expanded(match[1].strip("\"'")) for match in matches if match)


def is_verified(line: str) -> bool:
    """Return whether it is certain which file a line installs, whatever an index answers."""
    return line.startswith("-") or "--hash" in line or _reference(line) is not None


def line_problems(line: str, source: Path) -> Iterator[str]:
    """Check that a line names a wheel, and nothing that would have to be built.

    Args:
        line: The line.
        source: The file that it comes from, for the message.
    """
    editable, place, reference = _EDITABLE.match(line), local_path(line), _reference(line)
    is_folder = place is not None and (source.parent / place).is_dir()
    option = _OPTION.match(line)
    if option and option[0] not in _OPTIONS:
        nearest = [name for name in sorted(_OPTIONS) if name.startswith(option[0])]
        hint = f"; write {' or '.join(nearest)}" if nearest else ""
        yield f"{source} must have options of pip with their whole names, got: {line!r}{hint}"
    elif _OTHER_LIST.match(line):
        yield (
            f"{source} must list every requirement itself, got: {line!r}; "
            "`uv pip compile` makes one list of several"
        )
    elif _SOURCE_BUILD.search(line):
        yield f"{source} must not ask for builds from source, got: {line!r}; remove the option"
    elif editable or (is_folder and not _FIND_LINKS.match(line)):
        folder = editable[1] if editable else place
        yield (
            f"{source} must list wheels, got a folder: {line!r}; build one with "
            f"`uv build --wheel --out-dir wheels {folder}` and list the file that it writes"
        )
    elif reference is not None and not _FIND_LINKS.match(line) and not _is_wheel(reference):
        yield (  # uv builds it even if told to build nothing
            f"{source} must list wheels, got a source that would be built: {line!r}; build one "
            f"with `python -m pip wheel --no-deps --wheel-dir wheels {reference}` and list the "
            "file that it writes"
        )


def with_absolute_path(line: str, folder: Path) -> str:
    """Return a line with the path in it made absolute, because installers disagree on its base.

    Args:
        line: The line.
        folder: The folder to which a relative path is relative.
    """
    reference = _reference(line)
    if reference is None or _SCHEME.match(reference):
        return line
    path = folder.absolute() / reference
    return line.replace(reference, path.as_uri() if " " in str(path) else str(path))


def local_path(line: str) -> Path | None:
    """Return the file or folder on this machine that a line refers to, if it does."""
    reference = _reference(line)
    scheme = _SCHEME.match(reference or "")
    if reference is None or (scheme and scheme[1] != "file"):
        return None
    if scheme:
        return Path(url2pathname(urlsplit(reference).path))
    return Path(re.sub(r"\[[^\]]*\]$", "", reference))


def pinned_name(line: str) -> str | None:
    """Return the normalized name of the distribution that a line pins to one version, if any."""
    if line.startswith("-"):
        return None
    name, reference = _NAME.match(line), _reference(line)
    rest = line[name.end() :] if name else ""
    if reference is not None:
        if rest.startswith("@"):
            return name_of(line)
        file_name = unquote(re.split(r"[/\\]", urlsplit(reference).path)[-1])
        return normalized(file_name.partition("-")[0]) if file_name.endswith(".whl") else None
    for specifier in re.split(r"\s*;|\s+--", rest, maxsplit=1)[0].strip("() ").split(","):
        version = specifier.strip()
        if version.startswith("===") or (version.startswith("==") and not version.endswith(".*")):
            return name_of(line)
    return None


def _reference(line: str) -> str | None:
    """Return the path or URL in a line, or None if it names a distribution alone."""
    line = _expanded(line)
    find_links = _FIND_LINKS.match(line)
    if find_links:
        return find_links[1].strip("\"'")
    if line.startswith("-"):
        return None
    requirement = re.split(r"\s+;|\s+--", line, maxsplit=1)[0].strip()
    name = _NAME.match(requirement)
    if name and requirement[name.end() :].startswith("@"):
        return requirement[name.end() + 1 :].strip()
    is_place = _PLACE.match(requirement) or any(mark in requirement for mark in "/\\")
    return requirement if is_place or requirement.endswith(".whl") else None


def _is_wheel(reference: str) -> bool:
    place = re.sub(r"\[[^\]]*\]$", "", reference)
    return not re.match(r"\w+\+", place) and urlsplit(place).path.endswith(".whl")


def _expanded(text: str) -> str:
    return _VARIABLE.sub(lambda match: os.environ.get(match[1], match[0]), text)
