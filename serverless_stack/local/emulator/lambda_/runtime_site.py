"""The packages of Lambda's Python runtime.

A handler that imports a package without bundling it must fail as it does on AWS. So functions do
not see the emulator's site-packages but a folder of links to boto3 and its dependencies.
"""

from importlib.metadata import distribution
from pathlib import Path

DISTRIBUTIONS = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")


def link_runtime_packages(folder: Path) -> Path:
    """Create a folder with links to the packages of Lambda's runtime.

    Args:
        folder: The folder.

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
