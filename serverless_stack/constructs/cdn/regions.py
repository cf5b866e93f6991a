"""Where CloudFormation creates distributions, and where CloudFront writes logs."""

from serverless_stack.checks.engine.problems import is_unresolved

# "Configure standard logging (legacy)": CloudFront writes no logs to buckets in these regions.
REGIONS_WITHOUT_LOGS = {
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
}
"""The opt-in regions without standard logs of CloudFront."""
_WITHOUT_DISTRIBUTIONS = {
    # "Amazon CloudFront" in "Getting Started with Amazon Web Services in China"
    "cn-": "CloudFront has no default domain and CloudFormation no origin access control",
    # "Amazon CloudFront" in the user guide of AWS GovCloud (US)
    "us-gov-": "CloudFront is not part of AWS GovCloud (US), but of the standard partition",
}


def distribution_problems(region: str, argument: str) -> list[str]:
    """List whether a region has no distributions of CloudFront.

    Args:
        region: The region of the stack; a token passes.
        argument: What the caller wrote, and leaves out there.
    """
    if is_unresolved(region):
        return []
    return [
        f"`{argument}` must be left out in {region}, where {reason}"
        for start, reason in _WITHOUT_DISTRIBUTIONS.items()
        if region.startswith(start)
    ]
