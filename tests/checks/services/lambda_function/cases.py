from tests.checks.cases import Case, Json, resource

ROLE = "arn:aws:iam::111122223333:role/service"
FUNCTION = "AWS::Lambda::Function"
CODE = {"S3Bucket": "b", "S3Key": "k"}


def function(**properties: object) -> Json:
    settings = {
        "Role": ROLE,
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Code": CODE,
        **properties,
    }
    found = {name: value for name, value in settings.items() if value is not None}
    return {"Function": resource(FUNCTION, **found)}


def image(**properties: object) -> Json:
    uri = "111122223333.dkr.ecr.us-east-1.amazonaws.com/shop:1"
    settings = {
        "Code": {"ImageUri": uri},
        "PackageType": "Image",
        "Runtime": None,
        "Handler": None,
        **properties,
    }
    return function(**settings)


def environment(variables: object) -> Json:
    return function(Environment={"Variables": variables})


def inline(runtime: str, code: object = "pass", handler: str = "index.handler") -> Json:
    return function(Runtime=runtime, Code={"ZipFile": code}, Handler=handler)


def layers(*names: str) -> Json:
    return function(Layers=[f"arn:aws:lambda:us-east-1:111122223333:layer:{n}" for n in names])


def vpc(subnets: int, groups: int) -> Json:
    return function(
        VpcConfig={
            "SubnetIds": [f"subnet-{number}" for number in range(subnets)],
            "SecurityGroupIds": [f"sg-{number}" for number in range(groups)],
        }
    )


def dead_letters(arn: object, **queue: object) -> Json:
    found = resource("AWS::SQS::Queue", **queue)
    return {"Queue": found, **function(DeadLetterConfig={"TargetArn": arn})}


def file_system(mount: str, **more: object) -> Json:
    arn = "arn:aws:elasticfilesystem:us-east-1:111122223333:access-point/fsap-0a1b2c3d4e5f60718"
    found = {"Arn": arn, "LocalMountPath": mount}
    return function(FileSystemConfigs=[found], **more)


QUEUE_ARN = {"Fn::GetAtt": ["Queue", "Arn"]}
IN_VPC = {"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
OWN_ROLE = {"Role": resource("AWS::IAM::Role", AssumeRolePolicyDocument=TRUST)}
SNAP = {"SnapStart": {"ApplyOn": "PublishedVersions"}}

CASES = [
    Case(
        "LAMBDA-001",
        "timeout 901 s",
        function(Timeout=901),
        function(Timeout=900),
        "seconds, got: 901 (nearest accepted: 900)",
    ),
    Case(
        "LAMBDA-002",
        "memory 64",
        function(MemorySize=64),
        function(MemorySize="128"),
        "MiB, got: 64 (nearest accepted: 128)",
    ),
    Case(
        "LAMBDA-003",
        "/tmp 256 MiB",
        function(EphemeralStorage={"Size": 256}),
        function(EphemeralStorage={"Size": 512}),
        "got: 256 (nearest accepted: 512)",
    ),
    Case(
        "LAMBDA-003",
        "/tmp 10241 MiB",
        function(EphemeralStorage={"Size": 10241}),
        function(EphemeralStorage={"Size": 10240}),
        "got: 10241 (nearest accepted: 10240)",
    ),
    Case(
        "LAMBDA-004",
        "reserved env key AWS_REGION",
        environment({"AWS_REGION": "eu-west-1"}),
        environment({"AWS_REGIONS": "eu-west-1"}),
        "must not have a name that Lambda sets, got: 'AWS_REGION'",
    ),
    Case(
        "LAMBDA-004",
        "env key starting with digit",
        environment({"1ST": "a"}),
        environment({"FIRST": "a"}),
        "names must begin with a letter",
    ),
    Case(
        "LAMBDA-005",
        "env value not a string (list)",
        environment({"HOSTS": ["a", "b"]}),
        environment({"PORT": 8080, "DEBUG": True, "HOST": {"Ref": "AWS::Region"}}),
        "`Environment.Variables.HOSTS` must be a string, got: ['a', 'b']",
    ),
    Case(
        "LAMBDA-006",
        "env of more than 4 KB",
        environment({"BLOB": "b" * 4086, "REGION": {"Ref": "AWS::Region"}}),
        environment({"BLOB": "b" * 4085}),
        "must have at most 4,096 bytes",
    ),
    Case(
        "LAMBDA-007",
        "function name 65 chars",
        function(FunctionName="f" * 65),
        function(FunctionName="f" * 64),
        "must have 1 to 64 letters, digits, hyphens and underscores",
    ),
    Case(
        "LAMBDA-008",
        "description 257 chars",
        function(Description="d" * 257),
        function(Description="d" * 256),
        "must have at most 256 characters, got: 257",
    ),
    Case(
        "LAMBDA-009",
        "6 layers",
        layers(*(f"{letter}:1" for letter in "abcdef")),
        layers(*(f"{letter}:1" for letter in "abcde")),
        "must have at most 5 layers, got: 6",
    ),
    Case(
        "LAMBDA-009",
        "two versions of one layer",
        layers("a:1", "a:2"),
        layers("a:1", "b:2"),
        "another version of a layer in the list",
    ),
    Case(
        "LAMBDA-009", "layer without version", layers("a"), layers("a:1"), "(nearest accepted: arn"
    ),
    Case(
        "LAMBDA-010",
        "VPC without security group",
        vpc(2, 0),
        vpc(2, 1),
        "must have both subnets and security groups, got: 2 and 0",
    ),
    Case(
        "LAMBDA-010",
        "VPC with 6 security groups",
        vpc(1, 6),
        vpc(1, 5),
        "must have at most 5 security groups, got: 6",
    ),
    Case(
        "LAMBDA-010",
        "VPC with 17 subnets",
        vpc(17, 1),
        vpc(16, 1),
        "must have at most 16 subnets, got: 17",
    ),
    Case(
        "LAMBDA-011",
        "dead letters to a FIFO queue",
        dead_letters(QUEUE_ARN, FifoQueue=True, QueueName="dead.fifo"),
        dead_letters(QUEUE_ARN),
        "must be the ARN of a standard queue or topic, got: 'the FIFO Queue'",
    ),
    Case(
        "LAMBDA-011",
        "dead letters to the URL of a queue",
        dead_letters({"Ref": "Queue"}),
        dead_letters(QUEUE_ARN),
        "(nearest accepted: its `Arn`)",
    ),
    Case(
        "LAMBDA-011",
        "dead letters to a function",
        dead_letters("arn:aws:lambda:us-east-1:111122223333:function:f"),
        dead_letters("arn:aws:sns:us-east-1:111122223333:topic"),
        "must be the ARN of a standard queue or topic",
    ),
    Case(
        "LAMBDA-012",
        "role by its name",
        {**OWN_ROLE, **function(Role={"Ref": "Role"})},
        {**OWN_ROLE, **function(Role={"Fn::GetAtt": "Role.Arn"})},
        "`Role` must be the `Arn` of Role",
    ),
    Case(
        "LAMBDA-013",
        "file system without VPC",
        file_system("/mnt/files"),
        file_system("/mnt/files", **IN_VPC),
        "must be used with a `VpcConfig`",
    ),
    Case(
        "LAMBDA-013",
        "file system outside /mnt/",
        file_system("/files", **IN_VPC),
        file_system("/mnt/f", **IN_VPC),
        "must begin with /mnt/, got: '/files'",
    ),
    Case(
        "LAMBDA-014",
        "log level of plain text",
        function(LoggingConfig={"ApplicationLogLevel": "INFO"}),
        function(LoggingConfig={"ApplicationLogLevel": "INFO", "LogFormat": "JSON"}),
        "must be used with the `LogFormat` JSON",
    ),
    Case(
        "LAMBDA-015",
        "SnapStart of Node.js",
        function(Runtime="nodejs24.x", **SNAP),
        function(Runtime="python3.13", **SNAP),
        "for SnapStart, got: 'nodejs24.x'",
    ),
    Case(
        "LAMBDA-015",
        "SnapStart with 1 GiB of /tmp",
        function(EphemeralStorage={"Size": 1024}, **SNAP),
        function(EphemeralStorage={"Size": 512}, **SNAP),
        "must be 512 MiB with SnapStart",
    ),
    Case(
        "LAMBDA-016",
        "manual runtime without version",
        function(RuntimeManagementConfig={"UpdateRuntimeOn": "Manual"}),
        function(RuntimeManagementConfig={"UpdateRuntimeOn": "Auto"}),
        "must be set with the `UpdateRuntimeOn` Manual",
    ),
    Case(
        "LAMBDA-020",
        "runtime python3.7 (blocked)",
        function(Runtime="python3.7"),
        function(Runtime="python3.14"),
        "got: 'python3.7' (nearest accepted: python3.14)",
    ),
    Case(
        "LAMBDA-020",
        "blocked runtime by a parameter",
        function(Runtime={"Ref": "Runtime"}),
        function(Runtime={"Ref": "Runtime"}),
        "got: 'nodejs14.x' (nearest accepted: nodejs24.x)",
        bad_sections={"Parameters": {"Runtime": {"Type": "String", "Default": "nodejs14.x"}}},
        good_sections={"Parameters": {"Runtime": {"Type": "String"}}},
    ),
    Case(
        "LAMBDA-021",
        "inline code with Java runtime",
        inline("java21"),
        inline("nodejs24.x"),
        "must be Node.js or Python with `Code.ZipFile`, got: 'java21'",
    ),
    Case(
        "LAMBDA-021",
        "inline code of nothing",
        inline("python3.13", ""),
        inline("python3.13", {"Fn::Sub": "# ${AWS::Region}"}),
        "`Code.ZipFile` must not be empty",
    ),
    Case(
        "LAMBDA-022",
        "inline code with a module of another name",
        inline("python3.13", handler="app.main"),
        inline("python3.13", handler="index.main"),
        "got: 'app.main' (nearest accepted: index.main)",
    ),
    Case(
        "LAMBDA-023",
        "code from two places",
        function(Code={**CODE, "ZipFile": "pass"}),
        function(Code=CODE),
        "must have one of ZipFile, S3Bucket, ImageUri",
    ),
    Case(
        "LAMBDA-023",
        "bucket without key",
        function(Code={"S3Bucket": "b"}),
        function(Code=CODE),
        "`Code.S3Key` must be used with a `Code.S3Bucket`",
    ),
    Case(
        "LAMBDA-024",
        "zip file without runtime",
        function(Runtime=None),
        function(),
        "`Runtime` must be set with the `PackageType` Zip",
    ),
    Case(
        "LAMBDA-024",
        "image with a handler",
        image(Handler="index.handler"),
        image(),
        "`Handler` must be absent with the `PackageType` Image",
    ),
    Case(
        "LAMBDA-024",
        "image as a zip file",
        image(PackageType=None),
        image(),
        "must be Image with `Code.ImageUri`",
    ),
    Case(
        "LAMBDA-025",
        "handler with a space",
        function(Handler="index handler"),
        function(Handler="index.handler"),
        "and no white space, got: 'index handler'",
    ),
    Case(
        "LAMBDA-026",
        "two instruction sets",
        function(Architectures=["arm64", "x86_64"]),
        function(Architectures=["arm64"]),
        "must have one instruction set",
    ),
    Case(
        "LAMBDA-027",
        "layer with 16 runtimes",
        {
            "Layer": resource(
                "AWS::Lambda::LayerVersion", Content=CODE, CompatibleRuntimes=["python3.13"] * 16
            )
        },
        {
            "Layer": resource(
                "AWS::Lambda::LayerVersion", Content=CODE, CompatibleRuntimes=["python3.13"] * 15
            )
        },
        "must have at most 15 runtimes, got: 16",
    ),
]
