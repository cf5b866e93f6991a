"""What a batch of saved files led to."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from serverless_stack.local.errors import CommandError, LocalCloudError
from serverless_stack.local.progress import Phase
from serverless_stack.synthesis.errors import SynthesisError
from serverless_stack.synthesis.synthesizer import Synthesizer

Result = Literal["updated", "deployed", "synthesized", "unchanged", "failed"]
"""`updated`: code and content, by CloudFormation. `deployed`: by the CDK CLI."""


@dataclass
class Edit:
    """What a batch of saved files led to.

    Attributes:
        files: The files.
        result: The result.
        steps: What was done, with the seconds of each step.
        seconds: How long it took as a whole.
        subjects: The constructs that changed.
        notes: What is worth knowing, such as why the synthesis was cold.
        error: Why it failed.
        log: The output that explains it.
    """

    files: tuple[Path, ...]
    result: Result = "unchanged"
    steps: list[Phase] = field(default_factory=list)
    seconds: float = 0.0
    subjects: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    error: str = ""
    log: str = ""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure the block as a step."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.add(name, time.monotonic() - start)

    def warm_up(self, synthesizer: Synthesizer) -> None:
        """Wait for a process that is being warmed, as a step and part of the whole."""
        if synthesizer.is_warming_up():
            with self.measured(), self.step("warm up"):
                synthesizer.wait()

    def add(self, step: str, seconds: float) -> None:
        """Add a step that is done; one of the same name becomes longer."""
        before = sum(phase.seconds for phase in self.steps if phase.name == step)
        others = [phase for phase in self.steps if phase.name != step]
        self.steps = [*others, Phase(step, before + seconds)]

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure the block as a whole. An error of the app or of the cloud is kept in the edit."""
        start = time.monotonic()
        try:
            yield
        except (LocalCloudError, SynthesisError) as error:
            self.result, self.error = "failed", str(error)
            self.log = error.log if isinstance(error, CommandError | SynthesisError) else ""
        finally:
            self.seconds += time.monotonic() - start
