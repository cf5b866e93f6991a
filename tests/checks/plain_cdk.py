"""One stack of plain CDK with what the L2 constructs of the checked services can do."""

import datetime
import json

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_logs_destinations as log_destinations
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_notifications as notifications
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as schedule_targets
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs

days = cdk.Duration.days


class PlainCdk(cdk.Stack):
    """A stack that AWS takes, without any construct of ours."""

    def __init__(self, app: cdk.App, name: str, env: cdk.Environment | None) -> None:
        """Make it."""
        super().__init__(app, name, env=env)
        self.key = kms.Key(self, "Key", enable_key_rotation=True, alias="alias/shop")
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline("def handler(event, context): return 1"),
        )
        self.stream = kinesis.Stream(self, "Stream")
        self.add_keys()
        self.add_messages()
        self.add_buckets()
        self.add_network()
        self.add_logs()
        self.add_events()
        self.add_tables()

    def add_keys(self) -> None:
        """Keys of all kinds, secrets, a role with many principals."""
        usage = kms.KeyUsage
        for spec, use in (
            (kms.KeySpec.RSA_2048, usage.SIGN_VERIFY),
            (kms.KeySpec.HMAC_256, usage.GENERATE_VERIFY_MAC),
            (kms.KeySpec.ECC_NIST_P256, usage.KEY_AGREEMENT),
        ):
            kms.Key(self, spec.name, key_spec=spec, key_usage=use)
        secret = secretsmanager.Secret(
            self,
            "Secret",
            encryption_key=self.key,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template=json.dumps({"user": "shop"}),
                generate_string_key="password",
                exclude_characters='"@/\\',
            ),
            replica_regions=[secretsmanager.ReplicaRegion(region="us-west-1")],
        )
        secret.add_rotation_schedule(
            "Rotation", hosted_rotation=secretsmanager.HostedRotation.mysql_single_user()
        )
        federated = iam.WebIdentityPrincipal(
            "cognito-identity.amazonaws.com",
            {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}},
        )
        statement = iam.PolicyStatement(
            actions=["s3:*"],
            resources=["*"],
            conditions={
                "NumericLessThanIfExists": {"aws:MultiFactorAuthAge": "60"},
                "Null": {"aws:TokenIssueTime": "true"},
                "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
            },
        )
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.CompositePrincipal(
                iam.ServicePrincipal("lambda.amazonaws.com"),
                iam.AccountPrincipal("111122223333"),
                iam.OrganizationPrincipal("o-12345abcde"),
                federated,
            ),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("ReadOnlyAccess")],
            inline_policies={"Inline": iam.PolicyDocument(statements=[statement])},
        )
        secret.grant_read(role)
        self.stream.grant_read(role)

    def add_messages(self) -> None:
        """Queues and topics, FIFO and not, and all kinds of subscriptions."""
        dead = sqs.Queue(self, "Dead", enforce_ssl=True)
        letters = sqs.DeadLetterQueue(max_receive_count=3, queue=dead)
        self.queue = sqs.Queue(
            self, "Queue", encryption_master_key=self.key, dead_letter_queue=letters
        )
        self.fifo = sqs.Queue(
            self,
            "FifoQueue",
            content_based_deduplication=True,
            deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP,
            fifo_throughput_limit=sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
        )
        sqs.Queue(self, "Managed", encryption=sqs.QueueEncryption.KMS_MANAGED)
        self.topic = sns.Topic(self, "Topic", master_key=self.key, enforce_ssl=True)
        allowed = sns.SubscriptionFilter.string_filter(allowlist=["a"], match_prefixes=["b"])
        body = sns.FilterOrPolicy.policy({"kind": sns.FilterOrPolicy.filter(allowed)})
        for subscription in (
            subscriptions.SqsSubscription(
                self.queue, raw_message_delivery=True, filter_policy={"kind": allowed}
            ),
            subscriptions.LambdaSubscription(
                self.function, filter_policy_with_message_body={"order": body}
            ),
            subscriptions.EmailSubscription("shop@shop.example"),
            subscriptions.UrlSubscription("https://shop.example/"),
            subscriptions.SmsSubscription("+15551231234"),
        ):
            self.topic.add_subscription(subscription)
        fifo = sns.Topic(self, "FifoTopic", fifo=True, content_based_deduplication=True)
        fifo.add_subscription(subscriptions.SqsSubscription(self.fifo))

    def add_buckets(self) -> None:
        """Buckets for logs, a website, copies, and one with everything."""
        acl = s3.BucketAccessControl.LOG_DELIVERY_WRITE
        access_logs = s3.Bucket(self, "AccessLogs", access_control=acl)
        public = s3.BlockPublicAccess(
            block_public_acls=False,
            block_public_policy=False,
            ignore_public_acls=False,
            restrict_public_buckets=False,
        )
        s3.Bucket(
            self,
            "Website",
            website_index_document="index.html",
            public_read_access=True,
            block_public_access=public,
        )
        copies = s3.Bucket(self, "Copies", versioned=True)
        kinds = s3.StorageClass
        moves = ((kinds.INFREQUENT_ACCESS, 30), (kinds.GLACIER_INSTANT_RETRIEVAL, 60))
        s3.Bucket(
            self,
            "Bucket",
            versioned=True,
            encryption_key=self.key,
            server_access_logs_bucket=access_logs,
            object_lock_default_retention=s3.ObjectLockRetention.governance(days(30)),
            cors=[
                s3.CorsRule(
                    allowed_methods=[s3.HttpMethods.GET],
                    allowed_origins=["https://shop.example:3000", "http://localhost:3000"],
                    exposed_headers=["ETag"],
                ),
            ],
            replication_rules=[
                s3.ReplicationRule(
                    destination=copies,
                    priority=1,
                    filter=s3.Filter(prefix="orders/"),
                    delete_marker_replication=True,
                    replication_time_control=s3.ReplicationTimeValue.FIFTEEN_MINUTES,
                    metrics=s3.ReplicationTimeValue.FIFTEEN_MINUTES,
                    sse_kms_encrypted_objects=True,
                    kms_key=self.key,
                ),
                s3.ReplicationRule(destination=copies, priority=2, filter=s3.Filter(prefix="a/")),
            ],
            lifecycle_rules=[
                s3.LifecycleRule(
                    transitions=[
                        s3.Transition(storage_class=kind, transition_after=days(age))
                        for kind, age in moves
                    ],
                    expiration=days(400),
                ),
                s3.LifecycleRule(expired_object_delete_marker=True),
                s3.LifecycleRule(tag_filters={"kind": "draft"}, expiration=days(3)),
                s3.LifecycleRule(object_size_less_than=1000, expiration=days(3)),
            ],
            event_bridge_enabled=True,
            transfer_acceleration=True,
        )
        reported = s3.Bucket(self, "Told")
        filter_ = s3.NotificationKeyFilter(prefix="a/", suffix=".jpg")
        created = s3.EventType.OBJECT_CREATED
        reported.add_event_notification(created, notifications.SqsDestination(self.queue), filter_)
        reported.add_event_notification(
            s3.EventType.OBJECT_REMOVED, notifications.LambdaDestination(self.function)
        )
        reported.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["s3:GetObject", "s3:ListBucket"],
                principals=[iam.AccountRootPrincipal()],
                resources=[reported.bucket_arn, reported.arn_for_objects("*")],
            )
        )

    def add_network(self) -> None:
        """Return a VPC with endpoints and flow logs, security groups with all kinds of ports."""
        vpc = ec2.Vpc(self, "Vpc", flow_logs={"Logs": ec2.FlowLogOptions()})
        vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
        vpc.add_interface_endpoint(
            "Secrets", service=ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER
        )
        group = ec2.SecurityGroup(self, "Group", vpc=vpc)
        peer = ec2.SecurityGroup(self, "Peer", vpc=vpc, allow_all_outbound=False)
        for port in (ec2.Port.tcp(80), ec2.Port.udp_range(1, 2), ec2.Port.icmp_ping()):
            group.add_ingress_rule(ec2.Peer.ipv4("10.0.0.0/8"), port)
            group.add_ingress_rule(ec2.Peer.any_ipv6(), port)
            group.add_ingress_rule(peer, port)
            peer.add_egress_rule(group, port)

    def add_logs(self) -> None:
        """Return a log group with a key, and filters."""
        group = logs.LogGroup(self, "Logs", encryption_key=self.key)
        self.key.grant_encrypt_decrypt(iam.ServicePrincipal(f"logs.{self.region}.amazonaws.com"))
        pattern = logs.FilterPattern.all_terms("ERROR")
        group.add_metric_filter(
            "Errors", filter_pattern=pattern, metric_name="errors", metric_namespace="Shop"
        )
        group.add_subscription_filter(
            "Subscription",
            destination=log_destinations.KinesisDestination(self.stream),
            filter_pattern=pattern,
        )
        rare = logs.LogGroupClass.INFREQUENT_ACCESS
        logs.LogGroup(self, "Rare", log_group_class=rare, log_group_name="/shop/a#b_c")

    def add_events(self) -> None:
        """Rules and schedules with many targets."""
        field = events.EventField
        text = f"order {field.from_path('$.detail.id')} {field.event_id}"
        message = events.RuleTargetInput.from_text(text)
        events.Rule(
            self,
            "Often",
            schedule=events.Schedule.rate(cdk.Duration.minutes(1)),
            targets=[
                targets.LambdaFunction(self.function, dead_letter_queue=self.queue),
                targets.SqsQueue(self.fifo, message_group_id="a"),
                targets.KinesisStream(self.stream),
                targets.SnsTopic(self.topic, message=message),
            ],
        )
        workdays = events.Schedule.cron(hour="4", minute="0", week_day="MON-FRI")
        events.Rule(self, "Workdays", schedule=workdays)
        match = events.Match
        detail = {
            "price": match.any_of(match.equal(1), match.greater_than(3)),
            "inner": {"there": match.exists(), "not": match.anything_but_prefix("a")},
            "wild": match.wildcard("*a"),
            "case": match.equals_ignore_case("a"),
        }
        events.Rule(
            self,
            "Matched",
            event_bus=events.EventBus(self, "Bus"),
            event_pattern=events.EventPattern(source=["shop"], detail=detail),
            targets=[targets.SqsQueue(self.queue)],
        )
        moment = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
        expression = scheduler.ScheduleExpression
        for name, schedule in (
            ("Hourly", expression.rate(cdk.Duration.hours(1))),
            ("Daily", expression.cron(minute="0", hour="1")),
            ("Once", expression.at(moment)),
        ):
            target = schedule_targets.LambdaInvoke(self.function)
            scheduler.Schedule(self, name, schedule=schedule, target=target)

    def add_tables(self) -> None:
        """Tables of both kinds, with indexes."""

        def attribute(name: str) -> dynamodb.Attribute:
            return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)

        table = dynamodb.Table(self, "Table", partition_key=attribute("a"), sort_key=attribute("b"))
        table.add_global_secondary_index(
            index_name="by-c",
            partition_key=attribute("c"),
            projection_type=dynamodb.ProjectionType.INCLUDE,
            non_key_attributes=["x"],
        )
        table.add_local_secondary_index(index_name="by-d", sort_key=attribute("d"))
        dynamodb.TableV2(self, "Global", partition_key=attribute("a"))
