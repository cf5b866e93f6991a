"""The memory of the function that deploys content."""

import math

LEAST_MIB = 512
_FIXED_MIB, _KIB_PER_FILE = 320, 2.5


def needed_mib(files: int) -> int:
    """Return the memory in MiB, 512 or more, in which a number of files can be deployed.

    The sizes of the files do not matter: Python with boto3 takes 50 MiB, small files on their way
    128, a large one 90, and what is known of each file 2 KiB; the rest is for Lambda's runtime.
    ``python -m benchmarks.memory`` measures it.

    Args:
        files: The number of files.
    """
    return max(LEAST_MIB, _FIXED_MIB + math.ceil(files * _KIB_PER_FILE / 1024))
