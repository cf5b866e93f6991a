from pathlib import Path


def distribution(
    folder: Path, name: str, version: str, *tags: str, requires: tuple[str, ...] = ()
) -> None:
    """Write the metadata of an installed distribution."""
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    lines = "".join(f"Tag: {tag}\n" for tag in tags)
    (info / "WHEEL").write_text(f"Wheel-Version: 1.0\n{lines}")
    required = "".join(f"Requires-Dist: {each}\n" for each in requires)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{required}"
    )
