import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
IGNORE = re.compile(r"  # type: ignore\[([a-z-]+)\]$")


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> set[str]:
    """The errors of ``mypy --strict`` in the two files, and in the second without its comments."""
    bare = tmp_path_factory.mktemp("typing") / "bare.py"
    lines = (HERE / "refused.py").read_text().splitlines()
    bare.write_text("\n".join(IGNORE.sub("", line) for line in lines))
    files = [HERE / "accepted.py", HERE / "refused.py", bare]
    # With the cache of the project: reading all of aws_cdk anew takes more than a minute.
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-pretty", *map(str, files)],
        cwd=pytestconfig.rootpath,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    found = re.findall(r"^(\S+?):(\d+): error: .*\[([a-z-]+)\]$", done.stdout, re.MULTILINE)
    return {f"{Path(path).name}:{line} [{code}]" for path, line, code in found}


def test_what_users_write_is_accepted_and_the_rest_refused(errors: set[str]) -> None:
    expected = {
        f"bare.py:{number} [{match.group(1)}]"
        for number, line in enumerate((HERE / "refused.py").read_text().splitlines(), start=1)
        if (match := IGNORE.search(line))
    }
    assert len(expected) == 15
    assert errors == expected
