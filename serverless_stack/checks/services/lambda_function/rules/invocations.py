"""Rules on asynchronous invocations."""

from collections.abc import Iterator

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, check_range, violation

RULES = RuleList()

_CONFIG = "AWS::Lambda::EventInvokeConfig"
_PAGE = "Configuring error handling settings for Lambda asynchronous invocations"
_SERVICES = ("sqs", "sns", "lambda", "events", "s3")


@RULES.resource("LAMBDA-050", _CONFIG, page=_PAGE)
def retries(config: Resource) -> Iterator[Violation]:
    """Retries of asynchronous invocations must be within Lambda's limits.

    Lambda refuses more than 2 retries, and event ages outside 60 to 21,600 seconds.
    """
    yield from check_range(config, "MaximumRetryAttempts", 0, 2)
    yield from check_range(config, "MaximumEventAgeInSeconds", 60, 21_600, "seconds")


@RULES.resource("LAMBDA-051", _CONFIG, page="Capturing records of Lambda asynchronous invocations")
def destinations(config: Resource) -> Iterator[Violation]:
    """Destinations must be a standard queue or topic, a function or an event bus.

    Lambda refuses FIFO queues and topics and other services. S3 is accepted for failures only.
    """
    for event in ("OnSuccess", "OnFailure"):
        path = f"DestinationConfig.{event}.Destination"
        arn, target = config.get(path), config.reference(path)
        if target is not None and (target.boolean("FifoQueue") or target.boolean("FifoTopic")):
            yield violation(path, "be a standard queue or topic", f"the FIFO {target.logical_id}")
        parts = arn.split(":") if isinstance(arn, str) else []
        is_known = len(parts) > 5 and not is_unresolved(parts[2])
        if is_known and (parts[2] not in _SERVICES or (parts[2] == "s3" and event == "OnSuccess")):
            yield violation(path, "be the ARN of a queue, a topic, a function or an event bus", arn)
        elif is_known and str(arn).endswith(".fifo"):
            yield violation(path, "be a standard queue or topic", arn)
