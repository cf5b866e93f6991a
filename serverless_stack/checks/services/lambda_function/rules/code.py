"""Rules on code, runtimes, packages and layers."""

from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, known_part
from serverless_stack.checks.engine.violations import (
    Violation,
    check_count,
    check_length,
    check_text,
    violation,
)
from serverless_stack.checks.services.lambda_function import limits as values
from serverless_stack.checks.services.lambda_function.rules.function import FUNCTION

RULES = RuleList()

_CODE = "AWS::Lambda::Function Code"
_ARCHITECTURES = "Selecting and configuring an instruction set architecture"
_SOURCES = ("ZipFile", "S3Bucket", "ImageUri")
_INLINE = ("nodejs", "python")
_MOST_INLINE_BYTES = 4 * 1024 * 1024
_X86_ONLY = ("go1.x", "provided", "java8", "python2.7", "python3.6", "python3.7", "ruby2.5")


@RULES.resource("LAMBDA-020", FUNCTION, page="Lambda runtimes")
def runtime(function: Resource) -> Iterator[Violation]:
    """`Runtime` must be one that Lambda still creates functions with.

    Lambda refuses to create functions with retired runtimes. Move to the successor that the finding
    names.
    """
    yield from check_text(function, "Runtime", values.runtime_problems)


@RULES.resource("LAMBDA-021", FUNCTION, page=_CODE)
def inline_code(function: Resource) -> Iterator[Violation]:
    """`ZipFile` must be Node.js or Python source code of at most 4 MiB.

    CloudFormation accepts inline code for these runtimes only. Upload other code to S3.
    """
    code = function.get("Code.ZipFile")
    if code is None:
        return
    name = function.text("Runtime")
    if name is not None and not name.startswith(_INLINE):
        requirement = "be Node.js or Python with `Code.ZipFile`"
        yield violation("Runtime", requirement, name, "`Code.S3Bucket` and `Code.S3Key`")
    known = known_part(code) if isinstance(code, str) else "x"
    size = len(known.encode(errors="replace"))
    if size > _MOST_INLINE_BYTES:
        requirement = f"have at most {_MOST_INLINE_BYTES:,} bytes"
        yield violation("Code.ZipFile", requirement, size, _MOST_INLINE_BYTES)
    if code == "":
        yield violation("Code.ZipFile", "not be empty", code)


@RULES.resource("LAMBDA-022", FUNCTION, page=_CODE, severity=Severity.WARNING)
def inline_handler(function: Resource) -> Iterator[Violation]:
    """`Handler` must begin with index for inline code.

    CloudFormation writes inline code to a file called index, so that another handler is not found
    when the function is invoked.
    """
    handler = function.text("Handler")
    if function.get("Code.ZipFile") is None or handler is None:
        return
    name = function.text("Runtime") or ""
    if name.startswith(_INLINE) and not handler.startswith("index."):
        nearest = f"index.{handler.rpartition('.')[2]}"
        yield violation("Handler", "begin with index. with `Code.ZipFile`", handler, nearest)


@RULES.resource("LAMBDA-023", FUNCTION, page=_CODE)
def one_source(function: Resource) -> Iterator[Violation]:
    """`Code` must have one source.

    CloudFormation refuses none or several of `ZipFile`, `S3Bucket` and `ImageUri`, and a bucket
    without a key.
    """
    if not function.mapping("Code"):
        return
    found = [name for name in _SOURCES if function.get(f"Code.{name}") is not None]
    if len(found) != 1:
        yield violation("Code", f"have one of {', '.join(_SOURCES)}", ", ".join(found) or "none")
    has_key = function.get("Code.S3Key") is not None
    if has_key != (function.get("Code.S3Bucket") is not None):
        name, other = ("S3Bucket", "S3Key") if has_key else ("S3Key", "S3Bucket")
        yield violation(f"Code.{name}", f"be used with a `Code.{other}`", None)


@RULES.resource("LAMBDA-024", FUNCTION, page="CreateFunction (AWS Lambda API Reference)")
def package_type(function: Resource) -> Iterator[Violation]:
    """`PackageType` must match the function's code.

    Lambda refuses images with a handler, runtime or layers, and zip packages without a handler and
    runtime.
    """
    kind = function.get("PackageType")
    image = kind == "Image"
    if not image and kind not in (None, "Zip"):
        return
    if not function.mapping("Code"):
        return
    if function.get("Code.ImageUri") is not None and not image:
        yield violation("PackageType", "be Image with `Code.ImageUri`", kind, "Image")
        return
    for name in ("Handler", "Runtime"):
        given = function.get(name)
        if image and given is not None:
            yield violation(name, "be absent with the `PackageType` Image", given)
        if not image and given is None:
            yield violation(name, "be set with the `PackageType` Zip", None)
    if image and function.items("Layers"):
        yield violation(
            "Layers", "be absent with the `PackageType` Image", len(function.items("Layers"))
        )
    if not image and function.get("ImageConfig") is not None:
        yield violation("ImageConfig", "be absent with the `PackageType` Zip", "an `ImageConfig`")


@RULES.resource("LAMBDA-025", FUNCTION, page="Define Lambda function handler")
def handler(function: Resource) -> Iterator[Violation]:
    """`Handler` must have 1 to 128 characters without white space.

    Lambda refuses to create the function otherwise.
    """
    yield from check_text(function, "Handler", values.handler_problems)


@RULES.resource("LAMBDA-026", FUNCTION, page=_ARCHITECTURES)
def architecture(function: Resource) -> Iterator[Violation]:
    """`Architectures` must be one that the runtime supports.

    Lambda refuses several architectures, and arm64 for runtimes that have x86_64 only.
    """
    found = function.items("Architectures")
    if len(found) > 1:
        yield violation("Architectures", "have one instruction set", found, "arm64")
    runtime = function.text("Runtime")
    if found == ["arm64"] and runtime in _X86_ONLY:
        yield violation("Architectures", f"be x86_64 with {runtime}", "arm64", "x86_64")


@RULES.resource(
    "LAMBDA-027", "AWS::Lambda::LayerVersion", page="PublishLayerVersion (AWS Lambda API Reference)"
)
def layer(version: Resource) -> Iterator[Violation]:
    """Layer versions must stay within the limits of their metadata.

    Lambda refuses descriptions of more than 256 characters, license texts of more than 512, and
    more than 15 compatible runtimes.
    """
    yield from check_text(version, "Description", values.description_problems)
    yield from check_count(version, "CompatibleRuntimes", 15, "runtimes")
    yield from check_length(version, "LicenseInfo", 512)
