"""The figures in the page of the documentation: ``--write docs/why/synthesis.md``."""

import datetime

from benchmarks.synthesis.results import Results

BEGIN = "<!-- begin: written by make bench-synth -->\n"
END = "<!-- end -->\n"


def text(results: Results, page: str) -> str:
    """Return a page with the figures between its two marks.

    Args:
        results: The results of all steps.
        page: The page as it is.
    """
    before, _, rest = page.partition(BEGIN)
    _old, _, after = rest.partition(END)
    date = datetime.date.today()
    rounds = len(results.readme["ours"])
    growth_rounds = len(next(iter(next(iter(results.growths.values())).used["ours"].values())))
    parts = [
        f"Measured on {date.day} {date:%B %Y} by `make bench-synth`: "
        f"rounds {rounds}, for one more {growth_rounds}.\n"
    ]
    for step in ("readme", "settings", "trips", "growth"):
        title, (header, rows) = results.table(step)
        lines = [header, ["---"] * len(header), *rows]
        parts.append(f"## {title}\n")
        parts.append("\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n")
    return f"{before}{BEGIN}\n" + "\n".join(parts) + f"\n{END}{after}"
