"""Users, subnet groups, and scaling."""

from tests.checks.cases import Case, Json, resource
from tests.checks.services.elasticache.cases_groups import group_of

PASSWORD = {"Type": "password", "Passwords": ["{{resolve:secretsmanager:mine}}"]}
OPEN = {"Type": "no-password-required"}
IAM = {"Type": "iam"}


def user_of(**properties: object) -> Json:
    described = {
        "Engine": "redis",
        "UserId": "app",
        "UserName": "app",
        "AccessString": "on ~* +@all",
        "AuthenticationMode": PASSWORD,
    }
    return resource("AWS::ElastiCache::User", **described | properties)


def user(**properties: object) -> Json:
    return {"User": user_of(**properties)}


def group(*members: Json, engine: str = "valkey") -> Json:
    named = {f"User{number}": member for number, member in enumerate(members)}
    ids = [{"Ref": name} for name in named]
    made = resource("AWS::ElastiCache::UserGroup", Engine=engine, UserGroupId="apps", UserIds=ids)
    return {"Users": made, **named}


def members(*ids: str) -> Json:
    group = "AWS::ElastiCache::UserGroup"
    return {"Users": resource(group, Engine="valkey", UserGroupId="a", UserIds=list(ids))}


def subnets(*ids: object, **properties: object) -> Json:
    return {
        "Subnets": resource(
            "AWS::ElastiCache::SubnetGroup",
            Description="subnets",
            SubnetIds=list(ids),
            **properties,
        )
    }


def subnet(zone: str, vpc: str = "Vpc") -> Json:
    return resource("AWS::EC2::Subnet", VpcId={"Ref": vpc}, AvailabilityZone=zone)


def placed(one: Json, other: Json, firewall: str = "Vpc", **properties: object) -> Json:
    return {
        "Vpc": resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16"),
        "Else": resource("AWS::EC2::VPC", CidrBlock="10.1.0.0/16"),
        "One": one,
        "Other": other,
        "Firewall": resource(
            "AWS::EC2::SecurityGroup", GroupDescription="cache", VpcId={"Ref": firewall}
        ),
        **subnets({"Ref": "One"}, {"Ref": "Other"}),
        "Cache": group_of(
            CacheSubnetGroupName={"Ref": "Subnets"},
            SecurityGroupIds=[{"Fn::GetAtt": ["Firewall", "GroupId"]}],
            NumCacheClusters=2,
            AutomaticFailoverEnabled=True,
            **properties,
        ),
    }


ONE, OTHER = subnet("eu-west-1a"), subnet("eu-west-1b")


def scaled(
    dimension: str = "NodeGroups",
    node_type: str = "cache.r7g.large",
    metric: str = "ElastiCachePrimaryEngineCPUUtilization",
    value: float = 60,
    **target: object,
) -> Json:
    described = {
        "ServiceNamespace": "elasticache",
        "ScalableDimension": f"elasticache:replication-group:{dimension}",
        "ResourceId": {"Fn::Join": ["", ["replication-group/", {"Ref": "Cache"}]]},
        "MinCapacity": 1,
        "MaxCapacity": 5,
    }
    policy = {
        "TargetValue": value,
        "PredefinedMetricSpecification": {"PredefinedMetricType": metric},
    }
    return {
        "Cache": group_of(CacheNodeType=node_type, NumNodeGroups=2, ReplicasPerNodeGroup=1),
        "Target": resource("AWS::ApplicationAutoScaling::ScalableTarget", **described | target),
        "Policy": resource(
            "AWS::ApplicationAutoScaling::ScalingPolicy",
            PolicyName="cpu",
            PolicyType="TargetTrackingScaling",
            ScalingTargetId={"Ref": "Target"},
            TargetTrackingScalingPolicyConfiguration=policy,
        ),
    }


CASES = [
    Case(
        "ELASTICACHE-051",
        "a user id with underscore",
        user(UserId="my_app"),
        user(UserId="my-app"),
        "`UserId` must have 1 to 40 lowercase letters, digits and single hyphens",
    ),
    Case(
        "ELASTICACHE-051",
        "the user of ElastiCache",
        user(UserId="default", UserName="default"),
        user(UserId="our-default", UserName="default"),
        "`UserId` must differ from that of ElastiCache's own user",
    ),
    Case(
        "ELASTICACHE-052",
        "IAM and a password",
        user(AuthenticationMode=IAM | {"Passwords": ["{{resolve:secretsmanager:mine}}"]}),
        user(AuthenticationMode=IAM),
        "`AuthenticationMode.Passwords` must be absent for the type iam",
    ),
    Case(
        "ELASTICACHE-052",
        "no way to authenticate",
        {"User": resource("AWS::ElastiCache::User", Engine="redis", UserId="a", UserName="a")},
        user(),
        "`AuthenticationMode` must set how the user authenticates, got: None",
    ),
    Case(
        "ELASTICACHE-052",
        "an open user of valkey",
        user(Engine="valkey", AuthenticationMode=OPEN),
        user(Engine="redis", AuthenticationMode=OPEN),
        "`AuthenticationMode.Type` must be password or iam for valkey",
    ),
    Case(
        "ELASTICACHE-052",
        "a mode in the spelling of the API",
        user(AuthenticationMode={"type": "iam"}),
        user(AuthenticationMode={"Type": "iam"}),
        "`AuthenticationMode` must have a `Type`, in this spelling, got: ['type']",
    ),
    Case(
        "ELASTICACHE-053",
        "a password with @",
        user(AuthenticationMode={"Type": "password", "Passwords": ["a-str0ng-p@ssword"]}),
        user(AuthenticationMode={"Type": "password", "Passwords": ["a-str0ng-p(ssword"]}),
        "`AuthenticationMode.Passwords.0` must have printable characters without",
    ),
    Case(
        "ELASTICACHE-054",
        "IAM with two names",
        user(AuthenticationMode=IAM, UserName="me"),
        user(AuthenticationMode=IAM),
        "`UserName` must be the same as `UserId` for the type iam, got: 'me'",
    ),
    Case(
        "ELASTICACHE-055",
        "a password among rights",
        user(AccessString="on >secret ~* +@all"),
        user(AccessString="on ~* +@all"),
        "`AccessString` must not have a password",
    ),
    Case(
        "ELASTICACHE-056",
        "rights of a user that is off",
        user(AccessString="~* +@all"),
        user(AccessString="off ~* +@all"),
        "`AccessString` must have on or off",
    ),
    Case(
        "ELASTICACHE-057",
        "two users of one name",
        group(user_of(), user_of(UserId="app2")),
        group(user_of(), user_of(UserId="app2", UserName="app2")),
        "`UserIds` must be users of different names, got: 'app'",
    ),
    Case(
        "ELASTICACHE-057",
        "an open user in a group of valkey",
        group(user_of(AuthenticationMode=OPEN)),
        group(user_of(AuthenticationMode=OPEN, UserName="default"), engine="redis"),
        "`UserIds` must be users with a password or IAM for valkey",
    ),
    Case(
        "ELASTICACHE-057",
        "a user of valkey in a group of redis",
        group(user_of(Engine="valkey", UserName="default"), engine="redis"),
        group(user_of(Engine="valkey", UserName="default"), engine="valkey"),
        "`UserIds` must be users of the engine redis",
    ),
    Case(
        "ELASTICACHE-058",
        "a group of redis without default",
        group(user_of(), engine="redis"),
        group(user_of(), engine="valkey"),
        "`UserIds` must have a user of the name default for redis",
    ),
    Case(
        "ELASTICACHE-059",
        "subnet group without subnets",
        subnets(),
        subnets("subnet-1"),
        "`SubnetIds` must have at least 1 subnet, got: []",
    ),
    Case(
        "ELASTICACHE-059",
        "one subnet twice",
        subnets("subnet-1", "subnet-1"),
        subnets("subnet-1", "subnet-2"),
        "`SubnetIds` must be different subnets, got: 'subnet-1'",
    ),
    Case(
        "ELASTICACHE-060",
        "the subnet group of AWS",
        subnets("subnet-1", CacheSubnetGroupName="default"),
        subnets("subnet-1", CacheSubnetGroupName="mine"),
        "`CacheSubnetGroupName` must differ from that of AWS's own group",
    ),
    Case(
        "ELASTICACHE-061",
        "subnets of two VPCs",
        placed(ONE, subnet("eu-west-1b", "Else")),
        placed(ONE, OTHER),
        "`SubnetIds` must be subnets of one VPC, got: 'Else, Vpc'",
    ),
    Case(
        "ELASTICACHE-062",
        "a security group of another VPC",
        placed(ONE, OTHER, firewall="Else"),
        placed(ONE, OTHER),
        "`SecurityGroupIds` must be groups of the VPC of the subnets, Vpc, got: 'Else'",
    ),
    Case(
        "ELASTICACHE-063",
        "Multi-AZ in one zone",
        placed(ONE, ONE, MultiAZEnabled=True),
        placed(ONE, OTHER, MultiAZEnabled=True),
        "`CacheSubnetGroupName` must have subnets in at least two zones for `MultiAZEnabled`",
    ),
    Case(
        "ELASTICACHE-071",
        "one user twice in a group",
        members("app", "app"),
        members("app", "other"),
        "`UserIds` must not repeat an item, got: 'app'",
    ),
    Case(
        "ELASTICACHE-064",
        "6 replicas to scale to",
        scaled("Replicas", metric="ElastiCacheReplicaEngineCPUUtilization", MaxCapacity=6),
        scaled("Replicas", metric="ElastiCacheReplicaEngineCPUUtilization", MaxCapacity=5),
        "`MaxCapacity` must be between 1 and 5, got: 6 (nearest accepted: 5)",
    ),
    Case(
        "ELASTICACHE-065",
        "a target of a cluster by another name",
        scaled(ResourceId="cluster/mine"),
        scaled(ResourceId="replication-group/mine"),
        "`ResourceId` must be replication-group/ and a name, got: 'cluster/mine' "
        "(nearest accepted: replication-group/mine)",
    ),
    Case(
        "ELASTICACHE-066",
        "scaling on t4g",
        scaled(node_type="cache.t4g.medium"),
        scaled(node_type="cache.m7g.large"),
        "`CacheNodeType` must be of r7g, r6g, r6gd, r5, m7g, m6g, m5, c7gn for auto scaling",
    ),
    Case(
        "ELASTICACHE-067",
        "a target of 80 percent",
        scaled(value=80),
        scaled(value=70),
        "TargetValue` must be between 35 and 70 percent, got: 80 (nearest accepted: 70)",
    ),
    Case(
        "ELASTICACHE-067",
        "the metric of replicas for shards",
        scaled(metric="ElastiCacheReplicaEngineCPUUtilization"),
        scaled(metric="ElastiCachePrimaryEngineCPUUtilization"),
        "PredefinedMetricType` must be one of ElastiCachePrimaryEngineCPUUtilization",
    ),
]
