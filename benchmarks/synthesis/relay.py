"""Stands between Python and the Node.js of jsii, and counts what passes.

jsii starts what ``JSII_NODE`` names. This passes everything on, and writes the number of requests
to the file in ``JSII_COUNT``.
"""

import json
import os
import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run Node.js, and count the requests."""
    process = subprocess.Popen([os.environ["NODE"], *sys.argv[1:]], stdin=subprocess.PIPE)
    assert process.stdin is not None
    count = 0
    for line in sys.stdin.buffer:
        count += "exit" not in json.loads(line)
        process.stdin.write(line)
        process.stdin.flush()
    process.stdin.close()
    Path(os.environ["JSII_COUNT"]).write_text(str(count))
    return process.wait()


if __name__ == "__main__":
    sys.exit(main())
