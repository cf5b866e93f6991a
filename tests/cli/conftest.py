import re
from collections.abc import Mapping, Sequence

import pytest
from typer._click.globals import get_current_context

from serverless_stack.cli.output import Output
from tests.local.conftest import assembly_app, own_cache, programs_of_the_repository, tiny_app

__all__ = ["assembly_app", "own_cache", "programs_of_the_repository", "tiny_app"]


@pytest.fixture(autouse=True)
def documented_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse a key in the JSON of a command that its help does not name."""
    document = Output.document

    def checked(self: Output, content: Mapping[str, object] | Sequence[object]) -> None:
        context = get_current_context(silent=True)
        if context is not None and isinstance(content, Mapping):
            help_text = (context.command.help or "").partition("JSON: ")[2]
            undocumented = set(content) - set(re.findall(r"\w+", help_text.partition("\n\n")[0]))
            assert not undocumented, f"{context.command_path}: name {undocumented} in the help"
        document(self, content)

    monkeypatch.setattr(Output, "document", checked)
