from tests.checks.cases import Case, Json, att, ref, resource


def group(*rules: Json, **more: object) -> Json:
    given = {"GroupDescription": "Shop", **({"SecurityGroupIngress": list(rules)} if rules else {})}
    return {"Group": resource("AWS::EC2::SecurityGroup", **{**given, **more})}


def tcp(**more: object) -> Json:
    given = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8"}
    return {**given, **more}


def ingress(**more: object) -> Json:
    given = {"GroupId": att("Group", "GroupId"), **tcp(**more)}
    return {"Ingress": resource("AWS::EC2::SecurityGroupIngress", **given)}


def in_nested(output: str, name: str = "Ingress") -> Json:
    return {
        "Inner": resource("AWS::CloudFormation::Stack", TemplateURL="https://example.com/inner"),
        name: resource("AWS::EC2::SecurityGroupIngress", GroupId=att("Inner", output), **tcp()),
    }


def vpc(**more: object) -> Json:
    return {"Vpc": resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16", **more)}


def subnets(*blocks: str, **more: object) -> Json:
    return vpc() | {
        f"Subnet{number}": resource("AWS::EC2::Subnet", VpcId=ref("Vpc"), CidrBlock=block, **more)
        for number, block in enumerate(blocks)
    }


def route(name: str = "Route", **more: object) -> Json:
    given = {"RouteTableId": "rtb-1", "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}
    made = {key: value for key, value in {**given, **more}.items() if value is not None}
    return {name: resource("AWS::EC2::Route", **made)}


def table(name: str, of: str) -> Json:
    made = {"RouteTableId": "rtb-1", "SubnetId": ref(of)}
    return {name: resource("AWS::EC2::SubnetRouteTableAssociation", **made)}


def endpoint(**more: object) -> Json:
    given = {"VpcId": ref("Vpc"), "ServiceName": "com.amazonaws.eu-west-1.s3", **more}
    return {"Endpoint": resource("AWS::EC2::VPCEndpoint", **given)}


def flow(**more: object) -> Json:
    given = {"ResourceId": ref("Vpc"), "ResourceType": "VPC", "TrafficType": "ALL", **more}
    return vpc() | {"Flow": resource("AWS::EC2::FlowLog", **given)}


SECRETS = "com.amazonaws.eu-west-1.secretsmanager"
INTERFACE: Json = {"VpcEndpointType": "Interface"}
DNS: Json = {"EnableDnsSupport": True, "EnableDnsHostnames": True}
ROLE = "arn:aws:iam::111122223333:role/flow"
ZONES: Json = {"SubnetIds": [ref("Subnet0"), ref("Subnet1")]}
OTHER = resource(
    "AWS::EC2::Subnet",
    VpcId=ref("Vpc"),
    CidrBlock="10.0.1.0/24",
    AvailabilityZone="eu-west-1b",
)

CASES = [
    Case(
        "EC2-001",
        "CIDR 10.0.0.0/33",
        group(tcp(CidrIp="10.0.0.0/33")),
        group(tcp(CidrIp="10.0.0.0/32")),
        "got: '10.0.0.0/33' (nearest accepted: 10.0.0.0/32)",
    ),
    Case(
        "EC2-002",
        "description with é / >",
        group(GroupDescription="Café -> cache"),
        group(GroupDescription="Cafe - cache"),
        "got: 'Café -> cache' (nearest accepted: Caf- -- cache)",
    ),
    Case(
        "EC2-002",
        "description of 256 characters",
        group(tcp(Description="a" * 256)),
        group(tcp(Description="a" * 255)),
        "`SecurityGroupIngress.0.Description` must have at most 255 characters, got: 256",
    ),
    Case(
        "EC2-003",
        "rule for two peers",
        group(tcp(SourceSecurityGroupId="sg-1")),
        group(tcp()),
        "SourceSecurityGroupId` must be absent with CidrIp",
    ),
    Case(
        "EC2-003",
        "ports the wrong way round",
        group(tcp(FromPort=443, ToPort=80)),
        group(tcp(FromPort=80, ToPort=443)),
        "FromPort` must be 80 or less, got: 443",
    ),
    Case(
        "EC2-004",
        "rule that is there already",
        group(tcp()) | ingress(Description="again"),
        group(tcp()) | ingress(CidrIp="10.0.0.0/16"),
        "must not be the same as another rule of the group",
    ),
    Case(
        "EC2-004",
        "rule of a group in a nested stack that is there already",
        in_nested("Outputs.Group") | in_nested("Outputs.Group", "Again"),
        in_nested("Outputs.Group") | in_nested("Outputs.Other", "Again"),
        "must not be the same as another rule of the group",
    ),
    Case(
        "EC2-010",
        "subnet mask /29",
        subnets("10.0.0.0/29"),
        subnets("10.0.0.0/28"),
        "must be a range of /16 to /28, got: '10.0.0.0/29' (nearest accepted: 10.0.0.0/28)",
    ),
    Case(
        "EC2-011",
        "subnet outside its VPC",
        subnets("10.1.0.0/24"),
        subnets("10.0.1.0/24"),
        "must be in 10.0.0.0/16, the block of the VPC, got: '10.1.0.0/24'",
    ),
    Case(
        "EC2-011",
        "overlapping subnets",
        subnets("10.0.0.0/23", "10.0.1.0/24"),
        subnets("10.0.0.0/24", "10.0.1.0/24"),
        "must not overlap with 10.0.0.0/23 of Subnet0",
    ),
    Case(
        "EC2-012",
        "route to two targets",
        route(GatewayId="igw-1"),
        route(GatewayId="igw-1", NatGatewayId=None),
        "must be absent with GatewayId",
    ),
    Case(
        "EC2-012",
        "route to no target",
        route(NatGatewayId=None),
        route(),
        "must be set, or another target",
    ),
    Case(
        "EC2-013",
        "two routes to one range",
        route() | route("Again"),
        route() | route("Again", DestinationCidrBlock="10.1.0.0/16"),
        "must differ from that of Route",
    ),
    Case(
        "EC2-013",
        "two route tables of a subnet",
        subnets("10.0.0.0/24", "10.0.1.0/24") | table("A", "Subnet0") | table("B", "Subnet0"),
        subnets("10.0.0.0/24", "10.0.1.0/24") | table("A", "Subnet0") | table("B", "Subnet1"),
        "a subnet has one route table",
    ),
    Case(
        "EC2-020",
        "gateway endpoint of Secrets Manager",
        vpc() | endpoint(ServiceName=SECRETS),
        vpc() | endpoint(ServiceName=SECRETS, **INTERFACE),
        "must be of s3 or dynamodb for a Gateway endpoint, got: 'secretsmanager'",
    ),
    Case(
        "EC2-020",
        "interface endpoint with route tables",
        vpc() | endpoint(RouteTableIds=["rtb-1"], **INTERFACE),
        vpc() | endpoint(RouteTableIds=["rtb-1"]),
        "`RouteTableIds` must be absent for an Interface endpoint",
    ),
    Case(
        "EC2-021",
        "private names without DNS",
        vpc() | endpoint(ServiceName=SECRETS, PrivateDnsEnabled=True, **INTERFACE),
        vpc(**DNS) | endpoint(ServiceName=SECRETS, PrivateDnsEnabled=True, **INTERFACE),
        "`PrivateDnsEnabled` must be used with `EnableDnsHostnames: true` of Vpc",
    ),
    Case(
        "EC2-022",
        "endpoint twice in a zone",
        subnets("10.0.0.0/24", "10.0.1.0/24", AvailabilityZone="eu-west-1a")
        | endpoint(ServiceName=SECRETS, **INTERFACE, **ZONES),
        subnets("10.0.0.0/24", AvailabilityZone="eu-west-1a")
        | {"Subnet1": OTHER}
        | endpoint(ServiceName=SECRETS, **INTERFACE, **ZONES),
        "must be in a different zone than Subnet0",
    ),
    Case(
        "EC2-023",
        "endpoint of another region",
        vpc() | endpoint(ServiceName="com.amazonaws.us-east-1.s3"),
        vpc() | endpoint(ServiceName="com.amazonaws.eu-west-1.s3"),
        "(nearest accepted: com.amazonaws.eu-west-1.s3)",
        region="eu-west-1",
    ),
    Case(
        "EC2-024",
        "flow log without a role",
        flow(LogGroupName="/flow"),
        flow(LogGroupName="/flow", DeliverLogsPermissionArn=ROLE),
        "`DeliverLogsPermissionArn` must be set",
    ),
    Case(
        "EC2-024",
        "flow log to S3 with a role",
        flow(
            LogDestinationType="s3",
            LogDestination="arn:aws:s3:::flow",
            DeliverLogsPermissionArn=ROLE,
        ),
        flow(LogDestinationType="s3", LogDestination="arn:aws:s3:::flow"),
        "must be absent for S3",
    ),
]
