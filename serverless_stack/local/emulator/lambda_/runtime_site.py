"""What Lambda's Python runtime brings along, and nothing else of this virtual environment.

A handler that imports a package which it forgot to bundle must fail here as it would on AWS, so
functions do not see the emulator's site-packages but a folder of links to boto3 and its own.
"""

from importlib.metadata import distribution
from pathlib import Path

DISTRIBUTIONS = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")


def link_runtime_packages(folder: Path) -> Path:
    """Fill a folder with links to the runtime's packages.

    Args:
        folder: Made when missing.

    Returns:
        The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in DISTRIBUTIONS:
        files = distribution(name).files or []
        for top in {Path(file).parts[0] for file in files if ".." not in Path(file).parts}:
            source = Path(str(distribution(name).locate_file(top)))
            link = folder / top
            if top != "__pycache__" and source.exists() and not link.exists():
                link.symlink_to(source)
    return folder
