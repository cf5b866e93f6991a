"""Which requests a staging distribution serves."""

from typing import Any

import pytest

from serverless_stack.local.emulator.cdn.staging import policy_of

NAMES = {"Quantity": "1", "Items": ["d1.cloudfront.net"]}


def config(kind: str, **single: Any) -> dict[str, Any]:
    traffic = {"Type": kind, f"{kind}Config": single}
    return {"Enabled": "true", "StagingDistributionDnsNames": NAMES, "TrafficConfig": traffic}


def test_by_weight() -> None:
    policy = policy_of(config("SingleWeight", Weight="0.15"))
    assert policy.takes({}, 0.149)
    assert not policy.takes({}, 0.15)
    assert not policy_of(config("SingleWeight", Weight=0)).takes({}, 0)


def test_by_header() -> None:
    policy = policy_of(config("SingleHeader", Header="Aws-Cf-Cd-Try", Value="yes"))
    assert policy.takes({"aws-cf-cd-try": "yes"}, 1)
    assert not policy.takes({"aws-cf-cd-try": "no"}, 0)
    assert not policy.takes({}, 0)


def test_no_request_of_a_policy_that_is_off_or_has_no_traffic() -> None:
    off = {**config("SingleWeight", Weight=0.15), "Enabled": "false"}
    assert not policy_of(off).takes({}, 0)
    assert not policy_of({"Enabled": True, "StagingDistributionDnsNames": ["d1"]}).takes({}, 0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (config("SingleWeight", Weight=0.16), "between 0 and 0.15"),
        (config("SingleWeight", Weight=-0.1), "between 0 and 0.15"),
        (config("SingleHeader", Header="x-try", Value="yes"), "begin with aws-cf-cd-"),
        (config("SingleHeader", Header="aws-cf-cd-try", Value=""), "have a value"),
        (config("Double"), "type of the traffic"),
        (
            config(
                "SingleWeight",
                Weight=0.1,
                SessionStickinessConfig={"IdleTTL": 400, "MaximumTTL": 300},
            ),
            "300 to 3600 seconds",
        ),
        ({"Enabled": "true", "StagingDistributionDnsNames": {"Items": []}}, "one staging"),
    ],
)
def test_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        policy_of(given)
