"""The pages of a build in a folder of its own, for visitors who began with it.

Each page names its build in its metadata. A CloudFront Function sets a cookie with that name, and
serves the following pages from the folder of the build (ADR 0014). When another build is deployed,
the folder leaves the content, and stays for the grace period like any file.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from serverless_stack._shared import contract
from serverless_stack._shared.content.rules import DOCUMENTS, is_document
from serverless_stack.operations.content.plan import File

_BUILD_LENGTH = 16


def with_build(files: Mapping[str, File]) -> dict[str, File]:
    """Return the files of the content, with the copies of its pages.

    Args:
        files: The files by key.
    """
    pages = {key: file for key, file in files.items() if is_document(key, DOCUMENTS)}
    build = _build_of(pages)
    named = {
        key: replace(
            file,
            headers=replace(
                file.headers,
                metadata=((contract.BUILD_METADATA_KEY, build), *file.headers.metadata),
            ),
        )
        for key, file in pages.items()
    }
    copies = {
        copy: replace(file, key=copy)
        for copy, file in ((f"{contract.BUILDS_PREFIX}{build}/{k}", f) for k, f in named.items())
    }
    return {**files, **named, **copies}


def is_of_build(key: str) -> bool:
    """Return whether a key is in the folder of a build."""
    return key.startswith(contract.BUILDS_PREFIX)


def _build_of(pages: Mapping[str, File]) -> str:
    lines = (f"{key}\0{file.entry.sha256}\n" for key, file in sorted(pages.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:_BUILD_LENGTH]
