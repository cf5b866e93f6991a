"""A site that is built again and again, and what a page of it names."""

import re
from pathlib import Path

PAGES = 40
_REFERENCE = re.compile(r'(?:href|src)="(/[^"]+)"')
_BUILD = re.compile(r'<meta name="build" content="(\d+)">')


def version_of(page: int, build: int) -> int:
    """Return the build in which a page changed last: every other page does in each build."""
    return build if page % 2 == build % 2 else max(build - 1, 0)


def files(build: int) -> dict[str, str]:
    """Return all files of a build: pages with hashed scripts, and one page of this build alone."""
    contents = {}
    names = {f"p{page:02}": version_of(page, build) for page in range(PAGES)}
    names[f"news{build:02}"] = build
    names["index"] = build
    for name, version in names.items():
        script, chunk = f"/assets/{name}.{version}.js", f"/assets/{name}.chunk.{version}.js"
        contents[script[1:]] = f"load('{version}')"
        contents[chunk[1:]] = f"run('{version}')"
        links = [f"/p{(version * 7 + step) % PAGES:02}.html" for step in (1, 2)]
        if name == "index":
            links.append(f"/news{build:02}.html")
        contents[f"{name}.html"] = (
            f'<!doctype html><meta name="build" content="{version}"><script src="{script}">'
            f'</script><link rel="preload" href="{chunk}">'
            + "".join(f'<a href="{link}">{link}</a>' for link in links)
        )
    return contents


def write(folder: Path, build: int) -> None:
    """Write a build into a folder, instead of what is there."""
    contents = files(build)
    for old in [path for path in folder.rglob("*") if path.is_file()]:
        if old.relative_to(folder).as_posix() not in contents:
            old.unlink()
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def references(page: str) -> list[str]:
    """Return what a page names."""
    return _REFERENCE.findall(page)


def build_of(page: str) -> int:
    """Return the build of a page, by its own account."""
    match = _BUILD.search(page)
    return int(match[1]) if match else -1
