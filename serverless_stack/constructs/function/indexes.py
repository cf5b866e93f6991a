"""Where installers look for distributions: the settings of a list, of uv and of pip.

uv does not read the settings of pip, nor pip those of uv. An installer that does not know of a
private index asks the public one for a package of its name, which may be a stranger's. So what a
list says comes first, then the settings of uv, then those of pip, for whichever installs.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from serverless_stack.constructs.function.installer_files import UvFile, pip_configuration, uv_files
from serverless_stack.constructs.function.requirement_lines import (
    index_options,
    is_verified,
    normalized,
    pinned_name,
)

_PYPI = "https://pypi.org/simple"
# What decides which files are installed. Other variables of installers are not passed on: they
# would install something else, or elsewhere, or unverified.
_DECIDING = re.compile(
    r"UV_(DEFAULT_INDEX|INDEX|INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|INDEX_STRATEGY|"
    r"INDEX_.+_(USERNAME|PASSWORD)|KEYRING_PROVIDER|INSECURE_HOST|EXCLUDE_NEWER|CONSTRAINT|"
    r"OVERRIDE|CONFIG_FILE|NO_CONFIG|REQUIRE_HASHES|PRERELEASE|RESOLUTION)|"
    r"PIP_(INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|TRUSTED_HOST|KEYRING_PROVIDER|CONSTRAINT|"
    r"REQUIRE_HASHES|PRE)"
)
_INDEX_VARIABLES = {"UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"}
_PREFIXES = {True: "UV_", False: "PIP_"}
_PATHS = {"UV_CONSTRAINT", "UV_OVERRIDE", "UV_CONFIG_FILE", "PIP_CONSTRAINT"}
_TRANSPORT = re.compile(
    r"UV_(CACHE_DIR|NO_CACHE|CREDENTIALS_DIR|OFFLINE|NATIVE_TLS|SYSTEM_CERTS|HTTP_\w+|LOCK_TIMEOUT|"
    r"CONCURRENT_\w+)|"
    r"PIP_(CERT|CLIENT_CERT|PROXY|TIMEOUT|DEFAULT_TIMEOUT|RETRIES|CACHE_DIR|NO_CACHE_DIR)"
)
_NEVER_INHERITED = ("PIP_", "UV_", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP")
_REMEDY = (
    "because a stranger may publish a package of the same name in one of them: pin all "
    "requirements with `uv pip compile --generate-hashes`, or name one index"
)


@dataclass(frozen=True)
class _Indexes:
    """The indexes that one place names.

    Attributes:
        default: The one that takes the place of PyPI, or an empty text.
        extra: The others.
        ranked: Whether they are settings of uv, which asks the others first.
    """

    default: str = ""
    extra: tuple[str, ...] = ()
    ranked: bool = False

    @property
    def remote(self) -> list[str]:
        """All of them but folders of this machine and PyPI, which has no private package."""
        return [url for url in (self.default, *self.extra) if url and not _is_local(url)]

    @property
    def ambiguity(self) -> str | None:
        """Why it is not certain which one has a package, if it is not."""
        private = {_address(url) for url in self.remote if not _is_pypi(url)}
        if len(private) < 2 or not self.default or _is_pypi(self.default):
            return None
        return _two_indexes(self.remote)

    def uv_variables(self) -> dict[str, str]:
        """Return variables of uv that ask the private indexes first, then PyPI, then folders."""
        if not self.default and not self.extra:
            return {}
        named = dict.fromkeys((*self.extra, self.default or _PYPI))
        first = sorted(named, key=lambda url: (_is_local(url), _is_pypi(url)))
        return {"UV_INDEX": " ".join(first[:-1]), "UV_DEFAULT_INDEX": first[-1]}

    def pip_variables(self) -> dict[str, str]:
        """Return variables of pip that name the same indexes."""
        extra = " ".join(map(_unnamed, self.extra))
        pairs = {"PIP_INDEX_URL": _unnamed(self.default), "PIP_EXTRA_INDEX_URL": extra}
        return {name: text for name, text in pairs.items() if text}


def inherited_variables() -> dict[str, str]:
    """Return this process's variables for an installer, but for those about indexes.

    Of the settings of uv and pip, those remain that say how indexes are reached.
    """
    given = {**pip_configuration(), **os.environ}
    return {
        name: text
        for name, text in given.items()
        if _TRANSPORT.fullmatch(name) or not name.startswith(_NEVER_INHERITED)
    }


def index_variables(source: Path, lines: Sequence[str], *, uses_uv: bool) -> dict[str, str]:
    """Return the variables by which an installer looks where the user's settings say.

    Args:
        source: The file with the requirements.
        lines: Its lines; none if it is a lock, which says itself where each file is.
        uses_uv: Whether uv installs them, otherwise pip.

    Raises:
        ValueError: If several indexes may have a package, and no hashes say which one is meant.
    """
    given = {**pip_configuration(), **os.environ}
    variables = {
        name: os.path.abspath(text) if name in _PATHS else text
        for name, text in sorted(given.items())
        if _DECIDING.fullmatch(name) and text
    }
    own = {name: text for name, text in variables.items() if name.startswith(_PREFIXES[uses_uv])}
    if not lines:
        return own
    listed, of_uv, of_pip = _of_list(lines), _of_uv(variables), _of_pip(variables)
    files = [file for file in uv_files(source.parent) if file.names_indexes]
    chosen = listed
    if not listed.default and (of_uv.default or of_uv.extra or files):
        default = of_uv.default or next((file.default for file in files if file.default), "")
        chosen = _Indexes(default, (*of_uv.extra, *listed.extra), ranked=True)
    elif not listed.default:
        chosen = _Indexes(of_pip.default, (*of_pip.extra, *listed.extra))
    listed_links = () if "--no-index" in lines else index_options(lines, "--find-links")
    if uses_uv:
        problem = _conflict(of_uv, of_pip, files) if chosen.ranked else chosen.ambiguity
        problem = problem or _problem_of_links(chosen, lines, listed_links)
    else:
        problem = _problem_of_pip(chosen, files, listed_links)
    if problem and not all(map(is_verified, lines)):
        raise ValueError(f"{source} {problem}")
    if not uses_uv:
        return {**own, **chosen.pip_variables()}
    hosts = " ".join([own.get("UV_INSECURE_HOST", ""), *index_options(lines, "--trusted-host")])
    if chosen.ranked and listed.extra and chosen.default:
        own = {**own, **chosen.uv_variables()}  # uv would ask that of the list before its own
    if not chosen.ranked:
        hosts = f"{hosts} {variables.get('PIP_TRUSTED_HOST', '')}"
        links = ",".join(_existing(variables.get("PIP_FIND_LINKS", "").split()))
        own = {name: text for name, text in own.items() if name not in _INDEX_VARIABLES}
        own |= chosen.uv_variables() | ({"UV_FIND_LINKS": links} if links else {})
    return {**own, "UV_INSECURE_HOST": hosts.strip()} if hosts.strip() else own


def _of_list(lines: Sequence[str]) -> _Indexes:
    default = index_options(lines, "--index-url")
    return _Indexes(default[-1] if default else "", index_options(lines, "--extra-index-url"))


def _of_uv(variables: Mapping[str, str]) -> _Indexes:
    default = variables.get("UV_DEFAULT_INDEX") or variables.get("UV_INDEX_URL", "")
    extra = f"{variables.get('UV_INDEX', '')} {variables.get('UV_EXTRA_INDEX_URL', '')}"
    return _Indexes(default, tuple(extra.split()))


def _of_pip(variables: Mapping[str, str]) -> _Indexes:
    extra = tuple(variables.get("PIP_EXTRA_INDEX_URL", "").split())
    return _Indexes(variables.get("PIP_INDEX_URL", ""), _existing(extra))


def _conflict(of_uv: _Indexes, of_pip: _Indexes, files: Sequence[UvFile]) -> str | None:
    """Return why the settings of uv are not certain to be what the user means."""
    known = {_address(url) for url in of_uv.remote}
    foreign = [] if files else [u for u in of_pip.remote if _address(u) not in known]
    foreign = [url for url in foreign if not _is_pypi(url)]
    if foreign:
        return _two_indexes([*of_uv.remote, *foreign])
    defaults = [file.default for file in files if file.is_project and file.default]
    others = [url for url in defaults if of_uv.default and _address(url) not in known]
    return _two_indexes([of_uv.default, *others]) if others else None


def _problem_of_pip(chosen: _Indexes, files: Sequence[UvFile], links: Sequence[str]) -> str | None:
    if files:
        return f"needs uv, because {files[0].path} names indexes: `python -m pip install uv`"
    # pip takes the highest version that any of them has.
    named = [chosen.default or _PYPI, *chosen.extra]
    remote = [*(url for url in named if not _is_local(url)), *links]
    return _two_indexes(remote) if len({_address(url) for url in remote}) > 1 else None


def _problem_of_links(chosen: _Indexes, lines: Sequence[str], links: Sequence[str]) -> str | None:
    """Return why an index may have a higher version than the links of a list, if it may."""
    remote = [url for url in links if not _is_local(url)]
    if remote:
        return _two_indexes([chosen.default or _PYPI, *chosen.extra, *remote])
    pinned = {pinned_name(line) for line in lines}
    for folder in links:
        wheels = sorted(Path(folder.removeprefix("file://")).glob("*.whl"))
        loose = {normalized(wheel.name.partition("-")[0]) for wheel in wheels} - pinned
        if loose:
            return (
                f"must pin what is in {folder}, got no version of: {', '.join(sorted(loose))}; a "
                "stranger may publish a higher one: write `NAME==VERSION`, hashes or --no-index"
            )
    return None


def _two_indexes(urls: Sequence[str]) -> str:
    return f"must name one index, got: {', '.join(map(_address, urls))}, {_REMEDY}"


def _address(url: str) -> str:
    """Return a URL without its password, and without what does not matter."""
    parts = urlsplit(_unnamed(url))
    if not parts.scheme:
        return url
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")


def _unnamed(index: str) -> str:
    """Return the URL of an index that uv may know by a name: ``acme=https://…``."""
    return re.sub(r"^[\w.-]+=(?=\w+:)", "", index)


def _is_local(url: str) -> bool:
    return urlsplit(_unnamed(url)).scheme in ("", "file")


def _is_pypi(url: str) -> bool:
    return urlsplit(_unnamed(url)).hostname in ("pypi.org", "pypi.python.org")


def _existing(places: Sequence[str]) -> tuple[str, ...]:
    """Return the places without folders that do not exist, which uv refuses and pip ignores."""
    paths = {place: place.removeprefix("file://") for place in places}
    return tuple(p for p, path in paths.items() if not _is_local(p) or os.path.isdir(path))
