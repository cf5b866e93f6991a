import pytest

from serverless_stack.checks.services.elasticache.limits.backups import backup_problems

TOKEN = "${Token[Cache.1]}"


def test_default_settings_have_no_problems() -> None:
    assert backup_problems() == []


@pytest.mark.parametrize("days", [0, 35])
def test_retention(days: int) -> None:
    assert backup_problems(retention_days=days, final_snapshot=True) == []


@pytest.mark.parametrize("days", [-1, 36])
def test_other_retentions_are_refused(days: int) -> None:
    assert backup_problems(retention_days=days) == [
        f"`snapshot_retention_days` must be between 0 and 35 days, got: {days}"
    ]


def test_t1_has_no_backups() -> None:
    assert len(backup_problems(retention_days=1, final_snapshot=True, family="t1")) == 2
    assert backup_problems(retention_days=0, family="t1") == []
    assert backup_problems(retention_days=1, final_snapshot=True, family="t2") == []


def test_messages_use_the_callers_names_for_arguments() -> None:
    (problem,) = backup_problems(lambda name: name.upper(), retention_days=36)
    assert problem.startswith("`SNAPSHOT_RETENTION_DAYS` must be")


@pytest.mark.parametrize("arn", ["arn:aws:s3:::bucket/a.rdb", "arn:aws-cn:s3:::b/c/d.rdb", TOKEN])
def test_files_are_accepted(arn: str) -> None:
    assert backup_problems(snapshot_arns=[arn]) == []


@pytest.mark.parametrize(
    "arn", ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/", "arn:aws:s3:::b/a,b.rdb"]
)
def test_arns_that_are_not_files_are_refused(arn: str) -> None:
    (problem,) = backup_problems(snapshot_arns=["arn:aws:s3:::bucket/a.rdb", arn])
    assert problem.endswith(f"got: {arn!r}")
