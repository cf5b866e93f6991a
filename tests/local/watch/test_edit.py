"""What a batch of saved files led to."""

import time
from typing import cast

from serverless_stack.local.watch.edit import Edit
from serverless_stack.synthesis.synthesizer import Synthesizer


class Warming:
    """A synthesizer that is warm after a moment."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def is_warming_up(self) -> bool:
        return self.seconds > 0

    def wait(self) -> None:
        time.sleep(self.seconds)


def test_the_wait_for_a_warm_process_is_a_step_and_part_of_the_whole() -> None:
    edit = Edit(())
    edit.warm_up(cast("Synthesizer", Warming(0.02)))
    with edit.measured(), edit.step("synth"):
        time.sleep(0.02)
    assert [step.name for step in edit.steps] == ["warm up", "synth"]
    assert edit.seconds >= sum(step.seconds for step in edit.steps) >= 0.04


def test_a_warm_process_is_no_step() -> None:
    edit = Edit(())
    edit.warm_up(cast("Synthesizer", Warming(0)))
    assert (edit.steps, edit.seconds) == ([], 0.0)
