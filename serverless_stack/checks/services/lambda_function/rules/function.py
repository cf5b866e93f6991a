"""Rules on the settings of a function."""

from collections.abc import Iterator, Mapping

from serverless_stack.checks.engine.problems import is_unresolved, repeated
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource
from serverless_stack.checks.engine.violations import (
    Violation,
    check_count,
    check_range,
    check_text,
    violation,
)
from serverless_stack.checks.services.lambda_function import limits as values

RULES = RuleList()

FUNCTION = "AWS::Lambda::Function"
_QUOTAS = "Lambda quotas"
_CONFIGURATION = "FunctionConfiguration (AWS Lambda API Reference)"
_ENVIRONMENT = "Working with Lambda environment variables"
_ASYNC = "Capturing records of Lambda asynchronous invocations"


@RULES.resource("LAMBDA-001", FUNCTION, page=_QUOTAS)
def timeout(function: Resource) -> Iterator[Violation]:
    """`Timeout` must be between 1 and 900 seconds.

    Lambda refuses to create the function otherwise. Split longer work, or run it in Step Functions
    or ECS.
    """
    yield from check_range(function, "Timeout", *values.TIMEOUT_SECONDS, "seconds")


@RULES.resource("LAMBDA-002", FUNCTION, page=_QUOTAS)
def memory(function: Resource) -> Iterator[Violation]:
    """`MemorySize` must be between 128 and 10240 MiB.

    Lambda refuses to create the function otherwise.
    """
    yield from check_range(function, "MemorySize", *values.MEMORY_SIZE_MIB, "MiB")


@RULES.resource("LAMBDA-003", FUNCTION, page=_QUOTAS)
def ephemeral_storage(function: Resource) -> Iterator[Violation]:
    """`EphemeralStorage` must be between 512 and 10240 MiB.

    Lambda refuses to create the function otherwise. Use S3 or EFS for more.
    """
    yield from check_range(function, "EphemeralStorage.Size", *values.EPHEMERAL_STORAGE_MIB, "MiB")


@RULES.resource("LAMBDA-004", FUNCTION, page=_ENVIRONMENT)
def environment_names(function: Resource) -> Iterator[Violation]:
    """Environment variables must have names that Lambda accepts.

    Lambda refuses names that do not begin with a letter, have a single character, or are set by
    Lambda itself, such as AWS_REGION.
    """
    path = "Environment.Variables"
    for name in function.mapping(path):
        for message in values.environment_name_problems([str(name)], path):
            yield Violation(path, name, message)


@RULES.resource("LAMBDA-005", FUNCTION, page=_ENVIRONMENT)
def environment_values(function: Resource) -> Iterator[Violation]:
    """Environment variables must have text values.

    CloudFormation refuses lists, mappings and nulls. Encode them as JSON.
    """
    path = "Environment.Variables"
    for name, value in function.mapping(path).items():
        if value is None or isinstance(value, Mapping | list):
            yield violation(f"{path}.{name}", "be a string", value)


@RULES.resource("LAMBDA-006", FUNCTION, page=_QUOTAS)
def environment_size(function: Resource) -> Iterator[Violation]:
    """Environment variables must have at most 4,096 bytes together.

    Lambda refuses to create the function otherwise. Move large values to Parameter Store or Secrets
    Manager.
    """
    path = "Environment.Variables"
    variables = function.mapping(path)
    for message in values.environment_size_problems(variables, path):
        yield Violation(path, sorted(variables), message)


@RULES.resource("LAMBDA-007", FUNCTION, page="CreateFunction (AWS Lambda API Reference)")
def function_name(function: Resource) -> Iterator[Violation]:
    """`FunctionName` must have 1 to 64 letters, digits, hyphens and underscores.

    Lambda refuses to create the function otherwise. Leave the name out to let CloudFormation
    generate it.
    """
    yield from check_text(function, "FunctionName", values.function_name_problems)


@RULES.resource(
    "LAMBDA-008", FUNCTION, "AWS::Lambda::Alias", "AWS::Lambda::Version", page=_CONFIGURATION
)
def description(resource: Resource) -> Iterator[Violation]:
    """`Description` must have at most 256 characters.

    Lambda refuses longer descriptions.
    """
    yield from check_text(resource, "Description", values.description_problems)


@RULES.resource("LAMBDA-009", FUNCTION, page="Managing Lambda dependencies with layers")
def layers(function: Resource) -> Iterator[Violation]:
    """`Layers` must be at most five distinct layer versions.

    Lambda refuses more layers, ARNs without a version, and two versions of one layer.
    """
    yield from check_count(function, "Layers", 5, "layers")
    versions: dict[str, str] = {}
    for path in function.paths("Layers"):
        arn = function.text(path)
        if arn is None:
            continue
        layer, _, version = arn.rpartition(":")
        if arn.count(":") < 7 or not version.isdecimal():
            yield violation(path, "be the ARN of a version of a layer", arn, f"{arn}:1")
        elif versions.setdefault(layer, version) != version:
            yield violation(path, "not be another version of a layer in the list", arn)
    for arn in repeated(function.known("Layers")):
        yield violation("Layers", "not repeat a layer", arn)


@RULES.resource(
    "LAMBDA-010", FUNCTION, page="Giving Lambda functions access to resources in an Amazon VPC"
)
def network(function: Resource) -> Iterator[Violation]:
    """`VpcConfig` must have both subnets and security groups.

    Lambda refuses one without the other, more than 16 subnets, and more than 5 security groups.
    """
    subnets = function.get("VpcConfig.SubnetIds")
    groups = function.get("VpcConfig.SecurityGroupIds")
    if is_unresolved(subnets) or is_unresolved(groups):
        return
    counts = [len(item) if isinstance(item, list) else 0 for item in (subnets, groups)]
    for message in values.vpc_problems(counts[0], counts[1], "VpcConfig"):
        yield Violation("VpcConfig", function.get("VpcConfig"), message)


@RULES.resource("LAMBDA-011", FUNCTION, page=_ASYNC)
def dead_letters(function: Resource) -> Iterator[Violation]:
    """`DeadLetterConfig` must name a standard queue or topic by its ARN.

    Lambda refuses FIFO queues and topics, other services, and queue URLs.
    """
    path = "DeadLetterConfig.TargetArn"
    target = function.reference(path)
    requirement = "be the ARN of a standard queue or topic"
    if target is not None and target.type in ("AWS::SQS::Queue", "AWS::SNS::Topic"):
        fifo = target.boolean("FifoQueue") or target.boolean("FifoTopic")
        value = function.get(path)
        if fifo:
            yield violation(path, requirement, f"the FIFO {target.logical_id}")
        is_arn = not isinstance(value, Reference) or value.attribute == "Arn"
        if target.type == "AWS::SQS::Queue" and not is_arn:
            yield violation(path, requirement, f"another value of {target.logical_id}", "its `Arn`")
    arn = function.get(path)
    is_known = isinstance(arn, str) and ":" in arn and "{{resolve:" not in arn
    service = str(arn).split(":")[2] if is_known and str(arn).count(":") > 2 else ""
    elsewhere = service not in ("sqs", "sns") and not is_unresolved(service)
    if is_known and (elsewhere or str(arn).endswith(".fifo")):
        yield violation(path, requirement, arn)


@RULES.resource(
    "LAMBDA-012", FUNCTION, page="Defining Lambda function permissions with an execution role"
)
def role(function: Resource) -> Iterator[Violation]:
    """`Role` must be the ARN of a role.

    Lambda refuses a role's name, which `Ref` returns. Use `Fn::GetAtt` with `Arn`.
    """
    value = function.get("Role")
    if isinstance(value, Reference) and not value.attribute:
        referred = function.reference("Role")
        if referred is not None and referred.type == "AWS::IAM::Role":
            yield violation("Role", f"be the `Arn` of {value.logical_id}", "its name", "its `Arn`")
    text = function.text("Role")
    if text is not None and not text.startswith("arn:"):
        yield violation("Role", "be the ARN of a role", text)


@RULES.resource("LAMBDA-013", FUNCTION, page="Configuring file system access for Lambda functions")
def file_system(function: Resource) -> Iterator[Violation]:
    """`FileSystemConfigs` require a VPC and a mount path below /mnt/.

    Lambda refuses to create the function otherwise, or with more than one file system.
    """
    found = function.items("FileSystemConfigs")
    if len(found) > 1:
        yield violation("FileSystemConfigs", "have one file system", len(found), 1)
    if found and function.get("VpcConfig") is None:
        yield violation("FileSystemConfigs", "be used with a `VpcConfig`", len(found))
    for path in function.paths("FileSystemConfigs"):
        mount = function.text(f"{path}.LocalMountPath")
        if mount is not None and not mount.startswith("/mnt/"):
            yield violation(f"{path}.LocalMountPath", "begin with /mnt/", mount, "/mnt/files")


@RULES.resource("LAMBDA-014", FUNCTION, page="Configuring JSON and plain text log formats")
def logging(function: Resource) -> Iterator[Violation]:
    """Log levels require the JSON log format.

    Lambda refuses `ApplicationLogLevel` and `SystemLogLevel` for plain text logs. Set `LogFormat`
    to JSON.
    """
    if function.get("LoggingConfig") is None:
        return
    form = function.get("LoggingConfig.LogFormat")
    for name in ("ApplicationLogLevel", "SystemLogLevel"):
        level = function.get(f"LoggingConfig.{name}")
        if level is not None and form in (None, "Text"):
            yield violation(f"LoggingConfig.{name}", "be used with the `LogFormat` JSON", level)


@RULES.resource("LAMBDA-015", FUNCTION, page="Improving startup performance with Lambda SnapStart")
def snap_start(function: Resource) -> Iterator[Violation]:
    """SnapStart requires a supported runtime, and no file system or large storage.

    Lambda refuses SnapStart for other runtimes than Java 11, Python 3.12, .NET 8 and later, for
    images, and with EFS or more than 512 MiB of ephemeral storage.
    """
    if function.text("SnapStart.ApplyOn") != "PublishedVersions":
        return
    runtime = function.text("Runtime")
    old = ("java8", "java8.al2", "python3.8", "python3.9", "python3.10", "python3.11", "dotnet6")
    if runtime is not None and (
        runtime in old or not runtime.startswith(("java", "python", "dotnet"))
    ):
        requirement = "be Java 11, Python 3.12, .NET 8 or later for SnapStart"
        yield violation("Runtime", requirement, runtime)
    size = function.number("EphemeralStorage.Size")
    if size is not None and size > 512:
        yield violation("EphemeralStorage.Size", "be 512 MiB with SnapStart", int(size), 512)
    if function.items("FileSystemConfigs"):
        yield violation("FileSystemConfigs", "be absent with SnapStart", "a file system")
    if function.text("PackageType") == "Image":
        yield violation("PackageType", "be Zip with SnapStart", "Image", "Zip")


@RULES.resource("LAMBDA-016", FUNCTION, page="Configuring Lambda runtime update settings")
def runtime_management(function: Resource) -> Iterator[Violation]:
    """`RuntimeVersionArn` must be set for manual runtime updates only.

    Lambda refuses manual updates without a version, and other modes with one.
    """
    mode = function.text("RuntimeManagementConfig.UpdateRuntimeOn")
    path = "RuntimeManagementConfig.RuntimeVersionArn"
    arn = function.get(path)
    if mode == "Manual" and arn is None:
        yield violation(path, "be set with the `UpdateRuntimeOn` Manual", arn)
    if mode in ("Auto", "FunctionUpdate") and arn is not None:
        yield violation(path, f"be absent with the `UpdateRuntimeOn` {mode}", arn)
