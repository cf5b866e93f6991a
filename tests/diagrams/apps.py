"""Applications to draw: the shop, and a large one without our library."""

from collections.abc import Iterator

from serverless_stack.diagrams import StackTemplate
from tests.checks import templates

Json = dict[str, object]

SERVICES = ("Catalog", "Orders", "Payments", "Shipping", "Users")
SHOP = "__snapshots__/test_app/test_the_template.template.yaml"


def ref(name: str) -> Json:
    return {"Ref": name}


def arn(name: str) -> Json:
    return {"Fn::GetAtt": [name, "Arn"]}


def resource(type_: str, **properties: object) -> Json:
    return {"Type": f"AWS::{type_}", "Properties": properties}


def one(resources: Json, **sections: object) -> list[StackTemplate]:
    return [StackTemplate("", {"Resources": resources, **sections})]


def shop() -> list[StackTemplate]:
    """Return the README's application."""
    return [StackTemplate("Shop", templates.snapshots()[SHOP])]


def large() -> list[StackTemplate]:
    """Return an application of 150 resources: five services behind a distribution, in a VPC."""
    resources = dict(_network()) | dict(_front())
    for number, name in enumerate(SERVICES):
        resources |= dict(_service(name, SERVICES[(number + 1) % len(SERVICES)]))
    return [StackTemplate("Store", {"Resources": resources})]


def function(name: str, statements: list[Json], **properties: object) -> Iterator[tuple[str, Json]]:
    """Yield a function with its role, policy and log group."""
    yield f"{name}Role", resource("IAM::Role", AssumeRolePolicyDocument={})
    document = {"Statement": statements}
    yield (
        f"{name}Policy",
        resource("IAM::Policy", Roles=[ref(f"{name}Role")], PolicyDocument=document),
    )
    yield f"{name}Logs", resource("Logs::LogGroup")
    logging = {"LogGroup": ref(f"{name}Logs")}
    yield (
        name,
        resource("Lambda::Function", Role=arn(f"{name}Role"), LoggingConfig=logging, **properties),
    )


def allow(target: str, *actions: str) -> Json:
    return {"Effect": "Allow", "Action": list(actions), "Resource": arn(target)}


def _network() -> Iterator[tuple[str, Json]]:
    yield "Network", resource("EC2::VPC", CidrBlock="10.0.0.0/16")
    yield "Gateway", resource("EC2::InternetGateway")
    yield "GatewayAttachment", resource("EC2::VPCGatewayAttachment", VpcId=ref("Network"))
    for kind in ("Public", "Private"):
        for zone in (1, 2):
            name = f"{kind}Subnet{zone}"
            yield name, resource("EC2::Subnet", VpcId=ref("Network"))
            yield f"{name}Table", resource("EC2::RouteTable", VpcId=ref("Network"))
            yield (
                f"{name}Association",
                resource("EC2::SubnetRouteTableAssociation", SubnetId=ref(name)),
            )
            yield f"{name}Route", resource("EC2::Route", RouteTableId=ref(f"{name}Table"))
    private = [ref("PrivateSubnet1"), ref("PrivateSubnet2")]
    yield "SessionsGroup", resource("EC2::SecurityGroup", VpcId=ref("Network"))
    yield "SessionsSubnets", resource("ElastiCache::SubnetGroup", SubnetIds=private)
    yield (
        "Sessions",
        resource(
            "ElastiCache::ReplicationGroup",
            Engine="valkey",
            CacheSubnetGroupName=ref("SessionsSubnets"),
            SecurityGroupIds=[ref("SessionsGroup")],
        ),
    )
    yield "LedgerSubnets", resource("RDS::DBSubnetGroup", SubnetIds=private)
    yield "LedgerGroup", resource("EC2::SecurityGroup", VpcId=ref("Network"))
    yield "LedgerSecret", resource("SecretsManager::Secret")
    yield (
        "Ledger",
        resource(
            "RDS::DBCluster",
            Engine="aurora-postgresql",
            DBSubnetGroupName=ref("LedgerSubnets"),
            VpcSecurityGroupIds=[ref("LedgerGroup")],
            MasterUserPassword={"Fn::Sub": "{{resolve:secretsmanager:${LedgerSecret}}}"},
        ),
    )
    yield "LedgerWriter", resource("RDS::DBInstance", DBClusterIdentifier=ref("Ledger"))
    for target, name, port in (("Sessions", "Users", 6379), ("Ledger", "Payments", 5432)):
        yield (
            f"{name}To{target}",
            resource(
                "EC2::SecurityGroupIngress",
                GroupId=ref(f"{target}Group"),
                SourceSecurityGroupId=ref(f"{name}Group"),
                FromPort=port,
                ToPort=port,
            ),
        )
        yield f"{name}Group", resource("EC2::SecurityGroup", VpcId=ref("Network"))


def _front() -> Iterator[tuple[str, Json]]:
    yield "Pages", resource("S3::Bucket")
    yield "PagesPolicy", resource("S3::BucketPolicy", Bucket=ref("Pages"), PolicyDocument={})
    yield "AccessControl", resource("CloudFront::OriginAccessControl")
    yield "Firewall", resource("WAFv2::WebACL")
    yield "Customers", resource("Cognito::UserPool")
    yield "CustomersClient", resource("Cognito::UserPoolClient", UserPoolId=ref("Customers"))
    yield "Api", resource("ApiGatewayV2::Api", ProtocolType="HTTP")
    yield "ApiStage", resource("ApiGatewayV2::Stage", ApiId=ref("Api"))
    yield (
        "ApiAuthorizer",
        resource(
            "ApiGatewayV2::Authorizer",
            ApiId=ref("Api"),
            JwtConfiguration={"Issuer": {"Fn::GetAtt": ["Customers", "ProviderURL"]}},
        ),
    )
    yield "Bus", resource("Events::EventBus", Name="store-events")
    origins = [
        {
            "Id": "pages",
            "DomainName": {"Fn::GetAtt": ["Pages", "RegionalDomainName"]},
            "OriginAccessControlId": ref("AccessControl"),
        },
        {"Id": "api", "DomainName": {"Fn::Sub": "${Api}.execute-api.${AWS::Region}.amazonaws.com"}},
    ]
    yield (
        "Cdn",
        resource(
            "CloudFront::Distribution",
            DistributionConfig={
                "Aliases": ["store.example.com"],
                "Origins": origins,
                "WebACLId": arn("Firewall"),
                "DefaultCacheBehavior": {"TargetOriginId": "pages"},
                "CacheBehaviors": [{"PathPattern": "/api/*", "TargetOriginId": "api"}],
            },
        ),
    )
    yield "Alarms", resource("SNS::Topic")
    yield "Key", resource("KMS::Key")
    yield "KeyAlias", resource("KMS::Alias", TargetKeyId=ref("Key"))


def _service(name: str, following: str) -> Iterator[tuple[str, Json]]:
    """Yield a service: an API's function, a table, a queue and its worker."""
    network = {}
    if name in ("Payments", "Users"):
        private = [ref("PrivateSubnet1"), ref("PrivateSubnet2")]
        network["VpcConfig"] = {"SubnetIds": private, "SecurityGroupIds": [ref(f"{name}Group")]}
    table, queue, worker = f"{name}Table", f"{name}Queue", f"{name}Worker"
    api_statements = [
        allow(table, "dynamodb:GetItem", "dynamodb:PutItem"),
        allow("Bus", "events:PutEvents"),
    ]
    yield from function(f"{name}Api", api_statements, **network)
    yield (
        f"{name}Integration",
        resource("ApiGatewayV2::Integration", ApiId=ref("Api"), IntegrationUri=arn(f"{name}Api")),
    )
    for method in ("GET", "POST"):
        yield (
            f"{name}{method.title()}",
            resource(
                "ApiGatewayV2::Route",
                ApiId=ref("Api"),
                RouteKey=f"{method} /{name.lower()}",
                Target={"Fn::Join": ["/", ["integrations", ref(f"{name}Integration")]]},
            ),
        )
    yield (
        f"{name}Permission",
        resource(
            "Lambda::Permission",
            FunctionName=arn(f"{name}Api"),
            SourceArn={"Fn::Sub": "arn:aws:execute-api:${AWS::Region}:123:${Api}/*"},
        ),
    )
    yield table, resource("DynamoDB::Table")
    yield f"{name}Dead", resource("SQS::Queue")
    yield queue, resource("SQS::Queue", RedrivePolicy={"deadLetterTargetArn": arn(f"{name}Dead")})
    yield (
        f"{name}Placed",
        resource(
            "Events::Rule",
            EventBusName=ref("Bus"),
            EventPattern={"source": [following.lower()]},
            Targets=[{"Arn": arn(queue)}],
        ),
    )
    worker_statements = [
        allow(queue, "sqs:ReceiveMessage", "sqs:DeleteMessage"),
        allow(table, "dynamodb:UpdateItem"),
    ]
    yield from function(worker, worker_statements)
    yield (
        f"{name}Source",
        resource("Lambda::EventSourceMapping", FunctionName=ref(worker), EventSourceArn=arn(queue)),
    )
    yield f"{name}Retries", resource("Lambda::EventInvokeConfig", FunctionName=ref(worker))
    yield f"{name}Version", resource("Lambda::Version", FunctionName=ref(worker))
    yield f"{name}QueuePolicy", resource("SQS::QueuePolicy", Queues=[ref(queue)], PolicyDocument={})
    yield (
        f"{name}Errors",
        resource(
            "CloudWatch::Alarm",
            Dimensions=[{"Name": "FunctionName", "Value": ref(worker)}],
            AlarmActions=[ref("Alarms")],
        ),
    )
