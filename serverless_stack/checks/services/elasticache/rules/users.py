"""Rules on users and user groups, from "Role-Based Access Control (RBAC)"."""

from collections.abc import Iterator, Mapping

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.violations import (
    REDACTED,
    Violation,
    check_count,
    findings_from,
    violation,
)
from serverless_stack.checks.services.elasticache.limits.security import (
    access_string_problems,
    password_problems,
    user_id_problems,
)
from serverless_stack.checks.services.elasticache.rules.reading import (
    USER,
    USERS,
    is_given,
    is_whole,
    known_text,
)

RULES = RuleList()

_PAGE = "Role-Based Access Control (RBAC)"
_MAX_PASSWORDS = 2


@RULES.resource("ELASTICACHE-051", USER, USERS, page=_PAGE)
def ids(resource: Resource) -> Iterator[Violation]:
    """`UserId` and `UserGroupId` must have 1 to 40 valid characters.

    ElastiCache refuses ids that do not begin with a letter or have other characters than letters,
    digits and single hyphens, and the id `default`.
    """
    path = "UserId" if resource.type == USER else "UserGroupId"
    name = known_text(resource, path).lower()  # ElastiCache makes its letters small
    if name:
        yield from findings_from(resource, user_id_problems(name, path))
    if path == "UserId" and name == "default":
        yield violation(path, "differ from that of ElastiCache's own user", name)


@RULES.resource("ELASTICACHE-052", USER, page=_PAGE)
def one_way_to_authenticate(resource: Resource) -> Iterator[Violation]:
    """Users must have one way to authenticate.

    ElastiCache requires one or two passwords, IAM, or on Redis OSS none, and refuses combinations
    of them.
    """
    mode = known_text(resource, "AuthenticationMode.Type")
    open_ = resource.boolean("NoPasswordRequired") is True or mode == "no-password-required"
    inside = is_given(resource, "AuthenticationMode.Passwords")
    outside = is_given(resource, "Passwords")
    for path in ("Passwords", "AuthenticationMode.Passwords"):
        yield from check_count(resource, path, _MAX_PASSWORDS, "passwords")
    if mode == "password" and not (inside or outside):
        yield violation(
            "AuthenticationMode.Passwords", "have a password for the type password", None
        )
    if mode in ("iam", "no-password-required") and (inside or outside):
        path = "AuthenticationMode.Passwords" if inside else "Passwords"
        yield violation(path, f"be absent for the type {mode}", REDACTED)
    elif resource.boolean("NoPasswordRequired") is True and (inside or outside):
        yield violation("NoPasswordRequired", "be False with passwords", True, False)
    nothing = not any(
        is_given(resource, path) for path in ("AuthenticationMode", "NoPasswordRequired")
    )
    names = resource.get("AuthenticationMode")
    if isinstance(names, dict) and "Type" not in names and _is_plain(names):
        yield violation(
            "AuthenticationMode", "have a `Type`, in this spelling", sorted(names), "Type"
        )
    if (nothing and not outside and is_whole(resource)) or (
        resource.boolean("NoPasswordRequired") is False
        and not is_given(resource, "AuthenticationMode")
        and not outside
    ):
        yield violation("AuthenticationMode", "set how the user authenticates", None)
    if open_ and known_text(resource, "Engine") == "valkey":
        path = "AuthenticationMode.Type" if mode else "NoPasswordRequired"
        yield violation(path, "be password or iam for valkey", "no-password-required", "iam")


@RULES.resource("ELASTICACHE-053", USER, page=_PAGE)
def passwords(resource: Resource) -> Iterator[Violation]:
    """`Passwords` must have 16 to 128 accepted characters.

    ElastiCache refuses other lengths, and the characters comma, double quote, slash and at sign.
    """
    for path in ("Passwords", "AuthenticationMode.Passwords"):
        for number, password in enumerate(resource.items(path)):
            if isinstance(password, str):
                yield from findings_from(resource, password_problems(password, f"{path}.{number}"))


@RULES.resource("ELASTICACHE-054", USER, page="Authenticating with IAM")
def iam_names(resource: Resource) -> Iterator[Violation]:
    """`UserName` must equal `UserId` for IAM authentication.

    ElastiCache refuses users with IAM authentication otherwise.
    """
    id_, name = known_text(resource, "UserId"), known_text(resource, "UserName")
    differ = id_ and name and id_.lower() != name.lower()
    if differ and known_text(resource, "AuthenticationMode.Type") == "iam":
        yield violation("UserName", "be the same as `UserId` for the type iam", name, id_)


@RULES.resource("ELASTICACHE-055", USER, page=_PAGE)
def access_string(resource: Resource) -> Iterator[Violation]:
    """`AccessString` must not contain passwords or reset the user.

    ElastiCache refuses passwords there. Set them in `AuthenticationMode`.
    """
    text = known_text(resource, "AccessString")
    words = text.split()
    for message in access_string_problems(text, "AccessString") if text else []:
        if "must not have a password" in message or "reset" in words:
            yield from findings_from(resource, [message])


@RULES.resource("ELASTICACHE-056", USER, page=_PAGE, severity=Severity.WARNING)
def switched_on(resource: Resource) -> Iterator[Violation]:
    """`AccessString` must contain on or off.

    ElastiCache creates the user, but it is off without a word, and cannot log in. Begin with `on`.
    """
    words = known_text(resource, "AccessString").split()
    if words and not {"on", "off", "reset"} & set(words):
        nearest = " ".join(["on", *words])
        yield violation(
            "AccessString", "have on or off; it is off without", " ".join(words), nearest
        )


@RULES.resource("ELASTICACHE-057", USERS, page=_PAGE)
def members(resource: Resource) -> Iterator[Violation]:
    """`UserIds` must be users of the group's engine with distinct names.

    ElastiCache refuses empty groups, two users of one name, and users that the engine does not
    accept.
    """
    engine = known_text(resource, "Engine")
    listed = resource.items("UserIds")
    if resource.get("UserIds") == []:
        yield violation("UserIds", "have at least 1 user", [])
    names: set[str] = set()
    for item in listed:
        user = _user(resource.template, item)
        name = "" if user is None else known_text(user, "UserName")
        if name and name in names:
            yield violation("UserIds", "be users of different names", name)
        names |= {name} - {""}
        if user is None:
            continue
        if engine == "redis" and known_text(user, "Engine") == "valkey":
            yield violation("UserIds", "be users of the engine redis", user.logical_id)
        elif engine == "valkey" and _is_open(user):
            yield violation(
                "UserIds", "be users with a password or IAM for valkey", user.logical_id
            )


@RULES.resource("ELASTICACHE-058", USERS, page=_PAGE)
def default_user(resource: Resource) -> Iterator[Violation]:
    """User groups of Redis OSS require a user named default.

    ElastiCache refuses the group otherwise. Add a user with the `UserName` default, which can be
    off.
    """
    listed = resource.items("UserIds")
    if known_text(resource, "Engine") != "redis" or not listed:
        return
    found = [_user(resource.template, item) for item in listed]
    if "default" in listed or any(item is None for item in found):
        return
    known = [known_text(item, "UserName") for item in found if item is not None]
    if all(known) and "default" not in known:
        yield violation("UserIds", "have a user of the name default for redis", known, "default")


def _is_plain(names: Mapping[str, object]) -> bool:
    """Return whether no key of a mode comes from a macro."""
    return not any(str(name).startswith("Fn::") for name in names)


def _is_open(user: Resource) -> bool:
    mode = known_text(user, "AuthenticationMode.Type")
    return mode == "no-password-required" or user.boolean("NoPasswordRequired") is True


def _user(template: Template, value: object) -> Resource | None:
    """Return the user in the template that a reference or id names."""
    referred = template.referred(value)
    if referred is not None:
        return referred if referred.type == USER else None
    if not isinstance(value, str) or is_unresolved(value):
        return None
    return template.once(_users).get(value)


def _users(template: Template) -> Mapping[str | None, Resource]:
    return {known_text(resource, "UserId"): resource for resource in template.of_type(USER)}
