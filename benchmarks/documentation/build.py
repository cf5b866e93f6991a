"""Two builds of a documentation site that is not ours: Starlette's, by MkDocs and Material.

Source and generator are downloaded from PyPI when it runs, pinned and with hashes; nothing of them
is in this repository. Starlette's own configuration is used. What the browser would load from the
internet or the generator from other sites is switched off: fonts, analytics, an inventory of links.
"""

import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
_LOCAL_CONFIGURATION = """\
INHERIT: mkdocs.yml
strict: false
theme:
  font: false
extra:
  analytics: null
plugins:
  search: {}
  mkdocstrings:
    handlers:
      python:
        inventories: []
"""


@dataclass(frozen=True)
class Release:
    """What a build is made of.

    Attributes:
        starlette: The version of Starlette, whose documentation it is.
        sha256: The hash of its source distribution.
        requirements: The file with the generator, in which Material differs.
    """

    starlette: str
    sha256: str
    requirements: str


RELEASES = (
    Release(
        "0.49.3",
        "1c14546f299b5901a1ea0e34410575bc33bbd741377a10484a54445588d00284",
        "requirements-1.txt",
    ),
    Release(
        "0.50.0",
        "a2a17b22203254bcbc2e1f926d2d55f3f9497f769416b3190768befe598fa3ca",
        "requirements-2.txt",
    ),
)


def build_all(folder: Path) -> list[Path]:
    """Build every release, and return the folders with the sites.

    Args:
        folder: The folder for sources, generators and sites; what is there is not built again.
    """
    return [_built(folder / release.starlette, release) for release in RELEASES]


def _built(folder: Path, release: Release) -> Path:
    site, programs = folder / "site", folder / "venv" / "bin"
    if (site / "sitemap.xml").exists():
        return site
    _run(sys.executable, "-m", "venv", folder / "venv")
    requirements = HERE / release.requirements
    _run(programs / "pip", "install", "--quiet", "--require-hashes", "-r", requirements)
    source = folder / "source.txt"
    source.write_text(f"starlette=={release.starlette} --hash=sha256:{release.sha256}\n")
    download = ("download", "--quiet", "--no-deps", "--no-binary", "starlette", "--require-hashes")
    _run(programs / "pip", *download, "-r", source, "--dest", folder)
    with tarfile.open(folder / f"starlette-{release.starlette}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    project = folder / f"starlette-{release.starlette}"
    (project / "local.yml").write_text(_LOCAL_CONFIGURATION)
    _run(programs / "mkdocs", "build", "--quiet", "-f", project / "local.yml", "-d", site)
    return site


def _run(program: str | Path, *arguments: str | Path) -> None:
    command = [str(program), *map(str, arguments)]
    subprocess.run(command, check=True, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
