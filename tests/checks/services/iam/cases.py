from tests.checks.cases import Case, Json, att, policy, ref, resource, statement

TRUST = policy(statement(Principal={"Service": "lambda.amazonaws.com"}, Action="sts:AssumeRole"))
READ: Json = statement(Action="s3:GetObject", Resource="*")


def long(size: int) -> Json:
    """Return a document of as many characters, without spaces."""
    return policy(statement(Action="s3:GetObject", Resource="arn:" + "a" * (size - 99)))


def role(*policies: tuple[str, Json], **more: object) -> Json:
    listed = [{"PolicyName": name, "PolicyDocument": document} for name, document in policies]
    properties = {"AssumeRolePolicyDocument": TRUST, **({"Policies": listed} if listed else {})}
    return {"Role": resource("AWS::IAM::Role", **{**properties, **more})}


def managed(document: Json) -> Json:
    return {"Policy": resource("AWS::IAM::ManagedPolicy", PolicyDocument=document)}


def attached(name: str, document: Json) -> Json:
    made = {"PolicyName": name, "PolicyDocument": document, "Roles": [ref("Role")]}
    return {"Attached": resource("AWS::IAM::Policy", **made)}


def trust(**more: object) -> Json:
    found = {"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole", **more}
    return role(AssumeRolePolicyDocument=policy(statement(**found)))


def allowed(**more: object) -> Json:
    return managed(policy(statement(Action="s3:GetObject", **more)))


def sent(action: str) -> Json:
    allow = statement(
        Principal={"Service": "sns.amazonaws.com"}, Action=action, Resource="*", Condition=SOURCE
    )
    queue_policy = resource(
        "AWS::SQS::QueuePolicy", Queues=[ref("Queue")], PolicyDocument=policy(allow)
    )
    return {"Queue": resource("AWS::SQS::Queue"), "Allowed": queue_policy}


BUCKET: Json = {"Bucket": resource("AWS::S3::Bucket")}
SOURCE: Json = {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::a"}}
ARN = "arn:aws:iam::aws:policy/ReadOnlyAccess"

CASES = [
    Case(
        "IAM-001",
        "managed policy > 6144 chars",
        managed(long(6145)),
        managed(long(6144)),
        "at most 6,144 characters, got: 6145 (nearest accepted: 6144)",
    ),
    Case(
        "IAM-002",
        "inline policies > 10240 chars",
        role(("a", long(10000))) | attached("b", long(241)),
        role(("a", long(10000))) | attached("b", long(240)),
        "`Policies` must have at most 10,240 characters in all inline policies together",
    ),
    Case(
        "IAM-003",
        "two inline policies of one name",
        role(("a", policy(READ))) | attached("a", policy(READ)),
        role(("a", policy(READ))) | attached("b", policy(READ)),
        "`PolicyName` must differ from those of the other policies of Role",
    ),
    Case(
        "IAM-004",
        "trust policy > 2048 chars",
        trust(Condition={"StringEquals": {"aws:SourceAccount": ["111122223333"] * 140}}),
        trust(Condition={"StringEquals": {"aws:SourceAccount": ["111122223333"] * 100}}),
        "at most 2,048 characters unless the quota was raised",
    ),
    Case(
        "IAM-005",
        "11 managed policies",
        role(ManagedPolicyArns=[ARN] * 11),
        role(ManagedPolicyArns=[ARN] * 10),
        "at most 10 policies unless the quota was raised, got: 11",
    ),
    Case(
        "IAM-006",
        "managed policy by its name",
        role(ManagedPolicyArns=["ReadOnlyAccess"]),
        role(ManagedPolicyArns=[ARN]),
        f"got: 'ReadOnlyAccess' (nearest accepted: {ARN})",
    ),
    Case(
        "IAM-010",
        "trust policy about S3",
        trust(Action="s3:GetObject"),
        trust(Action=["sts:AssumeRole", "sts:TagSession"]),
        "must be an action of STS, got: 's3:GetObject' (nearest accepted: sts:AssumeRole)",
    ),
    Case(
        "IAM-011",
        "principal with a wildcard",
        trust(Principal={"AWS": "arn:aws:iam::111122223333:role/*"}),
        trust(Principal={"AWS": "arn:aws:iam::111122223333:root"}),
        "must not have a wildcard for a part of a name",
    ),
    Case(
        "IAM-011",
        "group as a principal",
        trust(Principal={"AWS": "arn:aws:iam::111122223333:group/a"}),
        trust(Principal={"AWS": "arn:aws:iam::111122223333:user/a"}),
        "must not be a group",
    ),
    Case(
        "IAM-011",
        "service without its domain",
        trust(Principal={"Service": "lambda"}),
        trust(Principal={"Service": "lambda.amazonaws.com"}),
        "must be a service, got: 'lambda' (nearest accepted: lambda.amazonaws.com)",
    ),
    Case(
        "IAM-012",
        "bucket name as a resource",
        allowed(Resource=ref("Bucket")) | BUCKET,
        allowed(Resource=att("Bucket")) | BUCKET,
        "must be an ARN or *, got: 'Ref Bucket' (nearest accepted: its Arn)",
    ),
    Case(
        "IAM-012",
        "resource that is no ARN",
        allowed(Resource="my-bucket/*"),
        allowed(Resource="arn:aws:s3:::my-bucket/*"),
        "must be an ARN or *, got: 'my-bucket/*'",
    ),
    Case(
        "IAM-013",
        "condition operator StringEqual",
        allowed(Resource="*", Condition={"StringEqual": {"aws:username": "a"}}),
        allowed(Resource="*", Condition={"StringEquals": {"aws:username": "a"}, **SOURCE}),
        "must have operators of IAM, got: 'StringEqual'",
    ),
    Case(
        "IAM-014",
        "variable in a policy of 2008",
        managed(
            policy(
                statement(Action="s3:GetObject", Resource="arn:aws:s3:::b/${aws:username}"),
                version="2008-10-17",
            )
        ),
        allowed(Resource="arn:aws:s3:::b/${aws:username}"),
        "`PolicyDocument.Version` must be 2012-10-17 for the variable",
    ),
    Case(
        "IAM-015",
        "action without a service",
        managed(policy(statement(Action="GetObject", Resource="*"))),
        managed(policy(statement(Action="*", Resource="*"))),
        "`PolicyDocument.Statement.0.Action` must be * or have a service and a name",
    ),
    Case(
        "IAM-016",
        "operation of S3 that is no action",
        managed(policy(statement(Action=["s3:GetObject", "s3:ListObjectsV2"], Resource="*"))),
        managed(policy(statement(Action=["s3:GetObject", "s3:List*"], Resource="*"))),
        "must be an action that exists, got: 's3:ListObjectsV2'",
    ),
    Case(
        "IAM-016",
        "pattern that matches no action",
        role(("p", policy(statement(Action="dynamodb:Fetch*", Resource="*")))),
        role(("p", policy(statement(Action="dynamodb:*Item", Resource="*")))),
        "`Policies.0.PolicyDocument.Statement.0.Action` must be an action that exists, got: 'dyna",
    ),
    Case(
        "IAM-016",
        "misspelled service",
        managed(policy(statement(Action="dynamdb:GetItem", Resource="*"))),
        managed(policy(statement(Action="newservice:GetItem", Resource="*"))),
        "got: 'dynamdb:GetItem' (nearest accepted: dynamodb:GetItem)",
    ),
    Case(
        "IAM-016",
        "misspelled action of a queue policy",
        sent("sqs:SendMessages"),
        sent("sqs:SendMessage"),
        "got: 'sqs:SendMessages' (nearest accepted: sqs:SendMessage)",
    ),
]
