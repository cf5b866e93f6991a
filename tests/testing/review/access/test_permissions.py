import json

import pytest

from serverless_stack.testing.review import review
from tests.constructs.templates import Json
from tests.testing.review.small import compared, only, resource, template

POLICY = "AWS::IAM::Policy"


def statement(
    action: object = "s3:GetObject", on: object = "*", effect: str = "Allow", **more: object
) -> Json:
    return {"Effect": effect, "Action": action, "Resource": on, **more}


def policy(*statements: Json, **more: object) -> Json:
    return resource(POLICY, PolicyDocument={"Statement": list(statements)}, **more)


def warned(old: Json, new: Json) -> list[str]:
    """Return the warnings of a change, or of an added resource."""
    found = compared(old, new) if old else review(template(), template(It=new))
    assert all(warning.startswith("permission widened: ") for warning in only(found).warnings)
    return [warning.removeprefix("permission widened: ") for warning in only(found).warnings]


ARN = {"Fn::GetAtt": ["Bucket", "Arn"]}
BELOW = {"Fn::Join": ["", [ARN, "/*"]]}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            [statement()],
            [statement(["s3:GetObject", "s3:PutObject"])],
            ["allows s3:PutObject on * (wildcard resource)"],
        ),
        (
            [statement("s3:GetObject", ARN)],
            [statement("s3:*", ARN)],
            ["allows s3:* on ${Bucket.Arn} (wildcard action)"],
        ),
        ([statement("s3:*")], [statement("s3:GetObject", ARN)], []),
        ([statement("S3:get*", BELOW)], [statement("s3:GetObject", BELOW)], []),
        (
            [statement("s3:GetObject", BELOW)],
            [statement("s3:GetObject", ARN)],
            ["allows s3:GetObject on ${Bucket.Arn}"],
        ),
        ([statement(), statement("a:B")], [statement("a:B"), statement()], []),
        ([statement(["a:B", "a:C"])], [statement("a:C"), statement("a:B")], []),
        (
            [statement(Condition={"Bool": {"x": True}})],
            [statement()],
            ["allows s3:GetObject on * (wildcard resource)"],
        ),
        ([statement()], [statement(Condition={"Bool": {"x": True}})], []),
        (
            [statement(), statement("s3:PutObject", effect="Deny")],
            [statement()],
            ["no longer denies s3:PutObject on *"],
        ),
        ([statement(effect="Deny")], [statement("s3:*", effect="Deny")], []),
        (
            [statement()],
            [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}],
            ["allows !iam:* on * (wildcard action, resource)"],
        ),
        (
            [{"Effect": "Allow", "NotAction": ["iam:*", "a:B"], "Resource": "*"}],
            [{"Effect": "Allow", "NotAction": ["a:B", "iam:*"], "Resource": "*"}],
            [],
        ),
    ],
)
def test_policies_of_identities(old: list[Json], new: list[Json], expected: list[str]) -> None:
    before, after = policy(*old, PolicyName="a"), policy(*new, PolicyName="b")
    assert warned(before, after) == expected


def test_all_permissions_of_a_new_policy_are_new() -> None:
    assert warned({}, policy(statement("s3:GetObject", ARN))) == [
        "allows s3:GetObject on ${Bucket.Arn}"
    ]


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ({"Service": "lambda.amazonaws.com"}, []),
        ({"AWS": "arn:aws:iam::1:root"}, ["allows sts:AssumeRole to AWS arn:aws:iam::1:root"]),
        ("*", ["allows sts:AssumeRole to AWS * (wildcard principal)"]),
    ],
)
def test_services_that_can_assume_a_new_role(principal: object, expected: list[str]) -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    found = warned({}, resource("AWS::IAM::Role", AssumeRolePolicyDocument={"Statement": trust}))
    assert found == expected


def test_another_service_that_can_assume_a_role() -> None:
    def role(service: str) -> Json:
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
        return resource("AWS::IAM::Role", AssumeRolePolicyDocument={"Statement": [trust]})

    assert warned(role("a.amazonaws.com"), role("b.amazonaws.com"))[0].startswith(
        "allows sts:AssumeRole to Service b.amazonaws.com"
    )


def test_managed_policies_and_boundaries() -> None:
    old = resource("AWS::IAM::Role", ManagedPolicyArns=["a"], PermissionsBoundary="b")
    new = resource("AWS::IAM::Role", ManagedPolicyArns=["a", "arn:aws:iam::aws:policy/X"])
    assert warned(old, new) == [
        "managed policy arn:aws:iam::aws:policy/X",
        "the permissions boundary b was removed or replaced",
    ]


def test_a_new_holder_of_a_policy() -> None:
    old = policy(statement(), Roles=[{"Ref": "A"}])
    assert warned(old, policy(statement(), Roles=[{"Ref": "A"}, {"Ref": "B"}])) == [
        "${B} has the policy too"
    ]


def test_a_policy_of_a_resource() -> None:
    def bucket_policy(principal: object) -> Json:
        each = statement("s3:GetObject", BELOW, Principal=principal)
        return resource("AWS::S3::BucketPolicy", Bucket="b", PolicyDocument={"Statement": each})

    assert warned(bucket_policy({"AWS": "arn:aws:iam::1:root"}), bucket_policy("*")) == [
        "allows s3:GetObject on ${Bucket.Arn}/* to AWS * (wildcard principal)"
    ]
    assert warned(bucket_policy("*"), bucket_policy({"AWS": "arn:aws:iam::1:root"})) == []


def test_a_policy_that_is_text() -> None:
    def logs(action: str) -> Json:
        text = json.dumps({"Statement": [statement(action, Principal={"Service": "es"})]})
        return resource("AWS::Logs::ResourcePolicy", PolicyName="p", PolicyDocument=text)

    assert warned(logs("logs:Put"), logs("logs:*")) == [
        "allows logs:* on * to Service es (wildcard action, resource)"
    ]


def permission(**more: object) -> Json:
    return resource(
        "AWS::Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName={"Ref": "Worker"},
        Principal="apigateway.amazonaws.com",
        **more,
    )


def test_permissions_of_functions() -> None:
    who = "lambda:InvokeFunction to apigateway.amazonaws.com"
    assert warned({}, permission(SourceArn="arn")) == [
        f"allows {who} on ${{Worker}}, from SourceArn arn"
    ]
    assert warned(permission(SourceArn="arn"), permission()) == [
        f"{who}: SourceArn was arn, now anywhere"
    ]
    assert warned(permission(), permission(SourceArn="arn")) == []


def test_endpoints_without_credentials() -> None:
    old, new = (resource("AWS::Lambda::Url", AuthType=each) for each in ("AWS_IAM", "NONE"))
    assert warned(old, new) == [
        "AuthType 'AWS_IAM' -> NONE: anyone can call the URL without credentials"
    ]
    assert warned(new, old) == []
    method = "AWS::ApiGateway::Method"
    preflight = resource(method, AuthorizationType="NONE", HttpMethod="OPTIONS")
    assert warned({}, preflight) == []
    assert warned({}, resource(method, AuthorizationType="NONE", HttpMethod="GET")) != []


def test_a_removed_denial() -> None:
    found = review(template(It=policy(statement("s3:*", effect="Deny"))), template())
    assert only(found).warnings == ("permission widened: no longer denies s3:* on *",)


def test_a_rename_widens_no_permission() -> None:
    def made(name: str) -> Json:
        return template(
            **{name: resource("AWS::S3::Bucket", BucketName="b")},
            It=policy(statement("s3:GetObject", {"Fn::GetAtt": [name, "Arn"]})),
        )

    assert [c.warnings for c in review(made("A"), made("B")).changes if c.logical_id == "It"] == [
        ()
    ]


def test_both_branches_of_a_condition_count() -> None:
    branch = {"Fn::If": ["IsLive", statement("s3:*", ARN), {"Ref": "AWS::NoValue"}]}
    assert warned(policy(statement("s3:GetObject", ARN)), policy(branch)) == [
        "allows s3:* on ${Bucket.Arn} (wildcard action)"
    ]
