from pathlib import Path

from benchmarks import site


def test_every_page_finds_what_it_names() -> None:
    for build in range(4):
        files = site.files(build)
        for name, content in files.items():
            for reference in site.references(content):
                assert reference[1:] in files, f"{name} of build {build}"


def test_half_of_the_pages_change() -> None:
    before, after = site.files(2), site.files(3)
    changed = [f"p{n:02}.html" for n in range(site.PAGES)]
    same = [name for name in changed if before[name] == after[name]]
    assert len(same) == site.PAGES // 2
    assert site.build_of(after["p01.html"]) == 3
    assert site.build_of(after["p00.html"]) == 2
    assert site.build_of("no page") == -1


def test_a_build_replaces_another(tmp_path: Path) -> None:
    site.write(tmp_path, 0)
    site.write(tmp_path, 1)
    found = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert found == set(site.files(1))
