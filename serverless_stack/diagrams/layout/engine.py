"""The layout program: elkjs in a process of Node.js."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ELK_VERSION: Final = "0.12.1"
"""The tested version of the npm package `elkjs`."""

_SCRIPT: Final = Path(__file__).with_name("layout.js")
_SECONDS: Final = 300.0


class LayoutError(RuntimeError):
    """The layout program failed."""


@dataclass(frozen=True)
class LayoutEngine:
    """The programs that compute a layout.

    Attributes:
        node: The `node` binary.
        elk: The file `lib/elk.bundled.js` of the npm package `elkjs`.
    """

    node: Path
    elk: Path

    def run(self, graphs: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
        """Return graphs in ELK's JSON with positions.

        Raises:
            LayoutError: The program failed.
        """
        try:
            answer = subprocess.run(
                [str(self.node), str(_SCRIPT), str(self.elk)],
                input=json.dumps(graphs),
                capture_output=True,
                encoding="utf-8",
                timeout=_SECONDS,
                check=False,
            )
        except OSError as error:
            raise LayoutError(f"{self.node} cannot run: {error.strerror}") from error
        except subprocess.TimeoutExpired as error:
            raise LayoutError(f"the layout took more than {_SECONDS:.0f} seconds") from error
        if answer.returncode:
            last = (answer.stderr.strip().splitlines() or ["no message"])[-1]
            raise LayoutError(f"the layout failed: {last}")
        found: list[dict[str, object]] = json.loads(answer.stdout)
        return found
