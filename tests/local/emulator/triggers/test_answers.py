import pytest

from serverless_stack.local.emulator.triggers.answers import failed_identifiers, first_failure

BATCH = ["1", "2", "3"]


def failures(*identifiers: object) -> dict[str, object]:
    return {"batchItemFailures": [{"itemIdentifier": item} for item in identifiers]}


@pytest.mark.parametrize(
    "answer", [None, {}, failures(), {"batchItemFailures": None}, {"statusCode": 200}, "done"]
)
def test_success(answer: object) -> None:
    assert failed_identifiers(answer, BATCH) == set()
    assert first_failure(answer, BATCH) is None


@pytest.mark.parametrize(
    "answer",
    [
        failures(""),
        failures(None),
        failures("2", "4"),
        {"batchItemFailures": [{"id": "2"}]},
        {"batchItemFailures": ["2"]},
        {"batchItemFailures": "2"},
    ],
)
def test_an_answer_that_is_wrong_fails_the_whole_batch(answer: object) -> None:
    assert failed_identifiers(answer, BATCH) is None
    assert first_failure(answer, BATCH) == 0


def test_some_failures() -> None:
    assert failed_identifiers(failures("3", "2"), BATCH) == {"2", "3"}
    assert first_failure(failures("3", "2"), BATCH) == 1
