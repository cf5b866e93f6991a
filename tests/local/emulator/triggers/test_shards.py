from dataclasses import dataclass, field, replace

import pytest

from serverless_stack.local.emulator.triggers.shards import Record, Settings, Shard

SETTINGS = Settings(batch_size=10, window=0, retry_attempts=2, max_age=None, bisect=False)


def records(*names: str, at: float = 0) -> list[Record]:
    return [{"name": name, "at": at} for name in names]


@dataclass
class Run:
    """A shard with a function that fails for some records."""

    settings: Settings = SETTINGS
    partial: bool = False
    poison: tuple[str, ...] = ()
    now: float = 1000.0
    shard: Shard = field(default_factory=lambda: Shard(0))
    calls: list[str] = field(default_factory=list)
    given_up: list[tuple[str, str, int]] = field(default_factory=list)

    def call(self, batch: list[Record]) -> int | None:
        names = [record["name"] for record in batch]
        self.calls.append("".join(names))
        bad = [place for place, name in enumerate(names) if name in self.poison]
        return (bad[0] if self.partial else 0) if bad else None

    def give_up(self, batch: list[Record], condition: str, attempts: int) -> None:
        self.given_up.append(("".join(record["name"] for record in batch), condition, attempts))

    def all(self, *names: str, at: float = 1000.0) -> None:
        """Send records until nothing is left, without waiting."""
        self.shard.read(records(*names, at=at), len(names))
        for _ in range(100):
            if not self.shard.batches:
                return
            self.now = max(self.now, self.shard.not_before)
            self.shard.send(
                self.settings, self.call, self.give_up, lambda record: record["at"], self.now
            )
        raise AssertionError(f"{self.calls} go on for ever")


def test_success() -> None:
    run = Run()
    run.all(*"abc")
    assert (run.calls, run.given_up, run.shard.position) == (["abc"], [], 3)


def test_a_batch_is_repeated_and_given_up() -> None:
    run = Run(poison=("b",))
    run.all(*"abc")
    assert run.calls == ["abc"] * 3
    assert run.given_up == [("abc", "RetryAttemptsExhausted", 3)]
    run.all(*"d")
    assert run.calls[-1] == "d"


def test_without_retries() -> None:
    run = Run(replace(SETTINGS, retry_attempts=0), poison=("a",))
    run.all(*"a")
    assert (run.calls, run.given_up) == (["a"], [("a", "RetryAttemptsExhausted", 1)])


def test_bisection_leaves_the_poison_alone() -> None:
    run = Run(replace(SETTINGS, bisect=True), poison=("b",))
    run.all(*"abcd")
    assert run.calls == ["abcd", "ab", "a", "b", "b", "b", "cd"]
    assert run.given_up == [("b", "RetryAttemptsExhausted", 3)]


def test_partial_failures_repeat_the_rest() -> None:
    run = Run(partial=True, poison=("b",))
    run.all(*"abc")
    assert run.calls == ["abc", "bc", "bc"]
    assert run.given_up == [("bc", "RetryAttemptsExhausted", 3)]


def test_partial_failures_and_bisection() -> None:
    run = Run(replace(SETTINGS, bisect=True), partial=True, poison=("b", "d"))
    run.all(*"abcde")
    assert run.given_up == [
        ("b", "RetryAttemptsExhausted", 3),
        ("d", "RetryAttemptsExhausted", 3),
    ]
    handled = [call for call in run.calls if not set(call) & {"b", "d"}]
    assert {name for call in handled for name in call} | {"a"} == {"a", "c", "e"}


def test_old_records_are_given_up() -> None:
    run = Run(replace(SETTINGS, max_age=60, retry_attempts=None), poison=("a",))
    run.all(*"a", at=970)
    assert len(run.calls) > 2
    assert [item[:2] for item in run.given_up] == [("a", "MaxRecordAgeExceeded")]
    assert run.now > 1030


def test_retries_wait_longer_and_longer() -> None:
    run = Run(poison=("a",))
    run.shard.read(records("a"), 1)
    waits = []
    for _ in range(2):
        run.shard.send(SETTINGS, run.call, run.give_up, lambda record: 0.0, run.now)
        waits.append(round(run.shard.not_before - run.now, 3))
        assert not run.shard.is_due(0, SETTINGS, run.now)
        run.now = run.shard.not_before
        assert run.shard.is_due(0, SETTINGS, run.now)
    assert waits == [0.2, 0.4]


def test_a_window_waits_for_a_full_batch() -> None:
    settings = replace(SETTINGS, batch_size=3, window=5)
    shard = Shard(0)
    assert not shard.is_due(0, settings, 0)
    assert not shard.is_due(1, settings, 10)
    assert not shard.is_due(2, settings, 14)
    assert shard.is_due(3, settings, 14)
    assert shard.is_due(2, settings, 15)
    shard.read(records("a"), 2)
    assert shard.position == 2
    shard.busy = True
    assert not shard.is_due(5, settings, 99)


def test_what_a_filter_leaves_out_is_passed() -> None:
    shard = Shard(0)
    shard.read([], 5)
    assert (shard.position, shard.batches) == (5, [])


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ({}, Settings(100, 0, None, None, bisect=False)),
        (
            {
                "BatchSize": "5",
                "MaximumBatchingWindowInSeconds": 2,
                "MaximumRetryAttempts": 0,
                "MaximumRecordAgeInSeconds": "60",
                "BisectBatchOnFunctionError": "true",
            },
            Settings(5, 2, 0, 60, bisect=True),
        ),
        (
            {"MaximumRetryAttempts": -1, "MaximumRecordAgeInSeconds": -1},
            Settings(100, 0, None, None, bisect=False),
        ),
    ],
)
def test_settings(mapping: Record, expected: Settings) -> None:
    assert Settings.of(mapping) == expected
