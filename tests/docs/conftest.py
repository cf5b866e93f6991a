import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.site import ROOT, Site


@pytest.fixture(scope="session")
def site() -> Site:
    """The documentation, built as `make docs` does it; what has not changed is not built again."""
    output = ROOT / "docs" / "_build"
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    done = subprocess.run(
        [*command, str(ROOT / "docs"), str(output)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return Site(Path(output))
