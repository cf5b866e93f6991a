"""The lists in the rules are those of AWS's own models."""

import re

import pytest
from botocore.loaders import Loader

from serverless_stack.checks.services.logs.limits import RETENTION_DAYS
from serverless_stack.checks.services.s3.limits import lifecycle
from serverless_stack.checks.services.s3.rules import notification

Json = dict[str, object]


def shape(service: str, name: str) -> Json:
    found = Loader().load_service_model(service, "service-2")["shapes"][name]
    assert isinstance(found, dict)
    return found


def test_event_types_of_s3() -> None:
    assert shape("s3", "Event")["enum"]
    assert set(notification.EVENT_TYPES) == set(shape("s3", "Event")["enum"])  # type: ignore[call-overload]


def test_storage_classes_that_objects_move_to() -> None:
    known = shape("s3", "TransitionStorageClass")["enum"]
    assert isinstance(known, list)
    assert sorted(known) == sorted(lifecycle.WATERFALL)


def test_days_that_logs_are_kept() -> None:
    text = str(shape("logs", "Days")["documentation"])
    assert tuple(map(int, re.findall(r"\d+", text))) == RETENTION_DAYS


@pytest.mark.parametrize(("name", "value"), [("min", 10), ("max", 2_000_000_000)])
def test_rates_of_waf(name: str, value: int) -> None:
    assert shape("wafv2", "RateLimit")[name] == value
