"""The rules are silent on caches of plain CDK, as its users write them."""

import aws_cdk as cdk
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns

from serverless_stack.checks import check_template
from serverless_stack.checks.engine.template import Template
from serverless_stack.testing import template_of


class Caches(cdk.Stack):
    """Caches of all kinds that AWS takes."""

    def __init__(self, scope: cdk.App, name: str) -> None:
        """Make it."""
        super().__init__(scope, name)
        self.vpc = ec2.Vpc(self, "Vpc", max_azs=2)
        self.firewall = ec2.SecurityGroup(self, "Firewall", vpc=self.vpc)
        self.subnets = elasticache.CfnSubnetGroup(
            self,
            "Subnets",
            description="Private subnets",
            subnet_ids=[each.subnet_id for each in self.vpc.private_subnets],
        )
        self.add_redis()
        self.add_valkey()
        self.add_others()

    def add_redis(self) -> None:
        """Shards with an AUTH token that are scaled, in a parameter group of the stack."""
        token = secretsmanager.Secret(self, "Token")
        parameters = elasticache.CfnParameterGroup(
            self,
            "Parameters",
            cache_parameter_group_family="redis7",
            description="Shards",
            properties={"cluster-enabled": "yes", "maxmemory-policy": "volatile-ttl"},
        )
        redis = elasticache.CfnReplicationGroup(
            self,
            "Redis",
            replication_group_description="Sessions",
            engine="redis",
            engine_version="7.1",
            cache_node_type="cache.r7g.large",
            num_node_groups=2,
            replicas_per_node_group=1,
            automatic_failover_enabled=True,
            multi_az_enabled=True,
            cache_parameter_group_name=parameters.ref,
            cache_subnet_group_name=self.subnets.ref,
            security_group_ids=[self.firewall.security_group_id],
            transit_encryption_enabled=True,
            at_rest_encryption_enabled=True,
            kms_key_id=kms.Key(self, "Key").key_arn,
            auth_token=token.secret_value.unsafe_unwrap(),
            notification_topic_arn=sns.Topic(self, "Topic").topic_arn,
            snapshot_retention_limit=1,
            snapshot_window="02:00-03:00",
            preferred_maintenance_window="Sun:03:30-Sun:04:30",
        )
        target = scaling.ScalableTarget(
            self,
            "Shards",
            service_namespace=scaling.ServiceNamespace.ELASTICACHE,
            scalable_dimension="elasticache:replication-group:NodeGroups",
            resource_id=f"replication-group/{redis.ref}",
            min_capacity=2,
            max_capacity=10,
        )
        metric = scaling.PredefinedMetric.ELASTICACHE_PRIMARY_ENGINE_CPU_UTILIZATION
        target.scale_to_track_metric("Cpu", target_value=50, predefined_metric=metric)

    def add_valkey(self) -> None:
        """Users with a password and with IAM, named by their ids, on nodes and serverless."""
        for name, mode in (
            ("app", {"Type": "iam"}),
            ("job", {"Type": "password", "Passwords": ["a-str0ng-pa))word"]}),
        ):
            elasticache.CfnUser(
                self,
                name,
                engine="valkey",
                user_id=name,
                user_name=name,
                access_string="on ~* +@all",
                authentication_mode=mode,
            )
        users = elasticache.CfnUserGroup(
            self, "Users", engine="valkey", user_group_id="users", user_ids=["app", "job"]
        )
        elasticache.CfnReplicationGroup(
            self,
            "Valkey",
            replication_group_description="Carts",
            engine="valkey",
            cache_node_type="cache.t4g.small",
            num_cache_clusters=2,
            automatic_failover_enabled=True,
            transit_encryption_enabled=True,
            user_group_ids=[users.ref],
            cache_subnet_group_name=self.subnets.ref,
        )
        limits = elasticache.CfnServerlessCache
        elasticache.CfnServerlessCache(
            self,
            "Serverless",
            engine="valkey",
            serverless_cache_name="pages",
            user_group_id=users.user_group_id,
            subnet_ids=[each.subnet_id for each in self.vpc.private_subnets],
            security_group_ids=[self.firewall.security_group_id],
            cache_usage_limits=limits.CacheUsageLimitsProperty(
                data_storage=limits.DataStorageProperty(unit="GB", maximum=10),
                ecpu_per_second=limits.ECPUPerSecondProperty(maximum=5000),
            ),
        )

    def add_others(self) -> None:
        """Memcached over two zones, one node of Redis, and old users of redis."""
        elasticache.CfnCacheCluster(
            self,
            "Memcached",
            engine="memcached",
            engine_version="1.6.22",
            cache_node_type="cache.t3.small",
            num_cache_nodes=2,
            az_mode="cross-az",
            transit_encryption_enabled=True,
            vpc_security_group_ids=[self.firewall.security_group_id],
            cache_subnet_group_name=self.subnets.ref,
        )
        elasticache.CfnCacheCluster(
            self, "Node", engine="redis", cache_node_type="cache.t3.micro", num_cache_nodes=1
        )
        off = elasticache.CfnUser(
            self,
            "Off",
            engine="redis",
            user_id="off",
            user_name="default",
            access_string="off ~* -@all",
            no_password_required=True,
        )
        elasticache.CfnUserGroup(
            self, "Old", engine="redis", user_group_id="old", user_ids=[off.ref]
        )


def test_plain_cdk_has_no_findings() -> None:
    template = template_of(Caches(cdk.App(), "Caches"))
    kinds = {each.type for each in Template(template).all()}
    assert len([kind for kind in kinds if "ElastiCache" in kind]) == 7
    assert [f"{each.rule} {each.message}" for each in check_template(template)] == []
