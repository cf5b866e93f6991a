"""Records of what deployment packages were made from: the lock and the indexes of the project.

`LambdaHandler` writes one beside each package with requirements, named after the package's content.
"""

import io
import json
import os
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

# Settings of uv that do not decide what is installed.
TRANSPORT = (
    "UV_CACHE_DIR",
    "UV_CREDENTIALS_DIR",
    "UV_HTTP_",
    "UV_NATIVE_TLS",
    "UV_NO_CACHE",
    "UV_OFFLINE",
    "UV_SYSTEM_CERTS",
)
# The settings of pip that uv has under other names.
NAMES_OF_UV = {
    "PIP_EXTRA_INDEX_URL": "UV_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_NO_INDEX": "UV_NO_INDEX",
}
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Record:
    """What a package was made from.

    Attributes:
        source: The file with the requirements. Installers run in its folder.
        file_name: The file name that the text needs.
        text: The requirements, with their hashes.
        variables: The environment variables that name indexes.
    """

    source: Path
    file_name: str
    text: str
    variables: dict[str, str]

    @property
    def has_hashes(self) -> bool:
        """Whether every file must have a hash of the lock."""
        return self.file_name == "pylock.toml" or "--hash" in self.text

    @property
    def key(self) -> str:
        """A text that differs between records that install different files."""
        return "\0".join([self.file_name, self.text, repr(sorted(self.variables.items()))])

    def environment(self) -> dict[str, str]:
        """Return the environment of an installer that asks the project's indexes, and no other."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name.startswith(TRANSPORT) or not name.startswith(("UV_", "PIP_"))
        }
        own = {NAMES_OF_UV.get(name, name): value for name, value in self.variables.items()}
        return {**inherited, **own}


def read_record(archive: bytes, folder: Path) -> Record | None:
    """Return the record of a package; None if there is none.

    Args:
        archive: The package, as deployed.
        folder: The folder of the records.
    """
    digest = digest_of(archive)
    path = folder / f"{digest}.json"
    if not digest or not path.is_file():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    return Record(
        source=Path(content["source"]),
        file_name=content["file_name"],
        text=content["text"],
        variables=dict(content["variables"]),
    )


def digest_of(archive: bytes) -> str:
    """Return the digest of a package, which is its asset hash; empty if no `LambdaHandler` made it.

    Its comment says it.
    """
    with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
        comment = bundle.comment.decode("latin-1")
    return comment if _DIGEST.fullmatch(comment) else ""
