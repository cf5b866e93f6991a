"""Functions in networks, with what they reach from there."""

from tests.checks.cases import Case, Json, att, join, ref, resource
from tests.checks.cross_service.cases_functions import IN_VPC, allow, function, role

SECRET = allow(ref("Secret"), "secretsmanager:GetSecretValue")
WORLD = "0.0.0.0/0"


def network(*, out: str = "", service: str = "") -> Json:
    """Return a network of one subnet, with a way out and with an endpoint."""
    found: Json = {
        "Vpc": resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16", EnableDnsHostnames=True),
        "Subnet": resource("AWS::EC2::Subnet", VpcId=ref("Vpc"), CidrBlock="10.0.0.0/24"),
        "Table": resource("AWS::EC2::RouteTable", VpcId=ref("Vpc")),
        "Association": resource(
            "AWS::EC2::SubnetRouteTableAssociation",
            RouteTableId=ref("Table"),
            SubnetId=ref("Subnet"),
        ),
        "Group": resource("AWS::EC2::SecurityGroup", GroupDescription="own", VpcId=ref("Vpc")),
    }
    route: Json = {"RouteTableId": ref("Table"), "DestinationCidrBlock": WORLD}
    if out == "internet":
        found["Gateway"] = resource("AWS::EC2::InternetGateway")
        found["Attachment"] = resource(
            "AWS::EC2::VPCGatewayAttachment", InternetGatewayId=ref("Gateway"), VpcId=ref("Vpc")
        )
        found["Route"] = resource("AWS::EC2::Route", GatewayId=ref("Gateway"), **route)
    if out == "nat":
        found["Route"] = resource("AWS::EC2::Route", NatGatewayId="nat-0123456789abcdef0", **route)
    if service:
        described: Json = (
            {"VpcEndpointType": "Gateway", "RouteTableIds": [ref("Table")]}
            if service in ("s3", "dynamodb")
            else {
                "VpcEndpointType": "Interface",
                "PrivateDnsEnabled": True,
                "SubnetIds": [ref("Subnet")],
                "SecurityGroupIds": [att("Group", "GroupId")],
            }
        )
        found["Endpoint"] = resource(
            "AWS::EC2::VPCEndpoint",
            ServiceName=join("com.amazonaws.", ref("AWS::Region"), f".{service}"),
            VpcId=ref("Vpc"),
            **described,
        )
    return found


def reader(*statements: Json, **properties: object) -> Json:
    inside = {"SubnetIds": [ref("Subnet")], "SecurityGroupIds": [att("Group", "GroupId")]}
    return {
        "Function": function(VpcConfig=inside, **properties),
        "Role": role(*statements, managed=IN_VPC),
        "Secret": resource("AWS::SecretsManager::Secret"),
        "Bucket": resource("AWS::S3::Bucket"),
    }


BUCKET = allow(join(att("Bucket"), "/*"), "s3:GetObject")
FROM_GROUP: Json = {
    "IpProtocol": "tcp",
    "FromPort": 6379,
    "ToPort": 6379,
    "SourceSecurityGroupId": att("Group", "GroupId"),
}


def cache(*rules: Json, apart: Json | None = None) -> Json:
    """Return a cache in the network, with the rules of its security group."""
    found: Json = {
        **network(),
        "CacheGroup": resource(
            "AWS::EC2::SecurityGroup",
            GroupDescription="cache",
            SecurityGroupIngress=list(rules),
            VpcId=ref("Vpc"),
        ),
        "Subnets": resource(
            "AWS::ElastiCache::SubnetGroup", Description="cache", SubnetIds=[ref("Subnet")]
        ),
        "Cache": resource(
            "AWS::ElastiCache::ReplicationGroup",
            AutomaticFailoverEnabled=False,
            CacheNodeType="cache.t4g.micro",
            CacheSubnetGroupName=ref("Subnets"),
            Engine="valkey",
            NumCacheClusters=1,
            ReplicationGroupDescription="orders",
            SecurityGroupIds=[att("CacheGroup", "GroupId")],
            TransitEncryptionEnabled=False,
        ),
    }
    if apart is not None:
        found["Rule"] = resource(
            "AWS::EC2::SecurityGroupIngress", GroupId=att("CacheGroup", "GroupId"), **apart
        )
    return found


TOLD = {"Variables": {"CACHE": join(att("Cache", "PrimaryEndPoint.Address"), ":6379")}}
CLIENT = reader(Environment=TOLD)
OUTSIDE: Json = {"Function": function(Environment=TOLD), "Role": role()}

CASES = [
    Case(
        "CROSS-SERVICE-030",
        "no route to a service",
        {**network(), **reader(SECRET)},
        {**network(service="secretsmanager"), **reader(SECRET)},
        "`VpcConfig.SubnetIds` must have a route to secretsmanager, for which its role has "
        "secretsmanager:GetSecretValue",
    ),
    Case(
        "CROSS-SERVICE-030",
        "an endpoint of another service",
        {**network(service="secretsmanager"), **reader(SECRET, BUCKET)},
        {**network(service="s3"), **reader(BUCKET)},
        "must have a route to s3, for which its role has s3:GetObject",
    ),
    Case(
        "CROSS-SERVICE-030",
        "an internet gateway for what has no public address",
        {**network(out="internet"), **reader(SECRET)},
        {**network(out="nat"), **reader(SECRET)},
        "got: 'endpoints for nothing'",
    ),
    Case(
        "CROSS-SERVICE-031",
        "cache that lets nobody in",
        {**cache(), **CLIENT},
        {**cache(FROM_GROUP), **CLIENT},
        "`SecurityGroupIds` must allow Function on port 6379",
    ),
    Case(
        "CROSS-SERVICE-031",
        "cache that lets in on another port",
        {**cache({**FROM_GROUP, "FromPort": 11211, "ToPort": 11211}), **CLIENT},
        {**cache(apart=FROM_GROUP), **CLIENT},
        "`SecurityGroupIds` must allow Function on port 6379",
    ),
    Case(
        "CROSS-SERVICE-031",
        "function outside of the network of its cache",
        {**cache(FROM_GROUP), **OUTSIDE},
        {**cache(FROM_GROUP), **CLIENT},
        "`VpcConfig` must be in the VPC of Cache, which its environment names",
    ),
]
