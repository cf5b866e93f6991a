"""How much memory the function needs that deploys content."""

import math

LEAST_MIB = 512
_FIXED_MIB, _KIB_PER_FILE = 320, 2.5


def needed_mib(files: int) -> int:
    """The least memory in which a number of files can be deployed, whatever their sizes.

    Python with boto3 takes 50 MiB, the bytes that are on their way 96 of small files and 90 of a
    large one, and what is known of each file 2 KiB; the rest is for Lambda's own runtime.
    ``python -m benchmarks.memory`` measures it.

    Args:
        files: How many files there are.

    Returns:
        The memory in MiB, 512 or more.
    """
    return max(LEAST_MIB, _FIXED_MIB + math.ceil(files * _KIB_PER_FILE / 1024))
