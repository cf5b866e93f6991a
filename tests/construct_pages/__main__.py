"""Write the generated tables and pictures: ``python -m tests.construct_pages``."""

from pathlib import Path

from tests.construct_pages.pages import PAGES
from tests.construct_pages.pictures import PICTURES, picture_of
from tests.construct_pages.tables import price_table, tables_of

FOLDER = Path(__file__).parents[2] / "docs" / "constructs" / "generated"


def files() -> dict[Path, str]:
    """Return the content of each file that is generated."""
    tables = {
        FOLDER / f"{page.name}.{part}.md": f"{text}\n"
        for page in PAGES
        for part, text in tables_of(page).items()
    }
    return {FOLDER / "prices.md": f"{price_table()}\n", **tables}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    expected = files()
    for path in set(FOLDER.glob("*.md")) - expected.keys():
        path.unlink()
    for path, text in expected.items():
        path.write_text(text, "utf-8")
    PICTURES.mkdir(parents=True, exist_ok=True)
    for page in PAGES:
        (PICTURES / f"{page.name}.svg").write_text(picture_of(page), "utf-8")
