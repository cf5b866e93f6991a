"""The properties that resource types have, of those that rules are about.

A test holds them against CloudFormation's own schemas, as CDK has them.
"""

from typing import Final

PROPERTIES: Final[dict[str, str]] = {
    "AWS::ApiGateway::ApiKey": (
        "CustomerId Description Enabled GenerateDistinctId Name StageKeys Tags Value"
    ),
    "AWS::ApiGateway::Authorizer": (
        "AuthType AuthorizerCredentials AuthorizerResultTtlInSeconds AuthorizerUri "
        "IdentitySource IdentityValidationExpression Name ProviderARNs RestApiId Type"
    ),
    "AWS::ApiGateway::BasePathMapping": ("BasePath DomainName Id RestApiId Stage"),
    "AWS::ApiGateway::Deployment": (
        "DeploymentCanarySettings Description RestApiId StageDescription StageName"
    ),
    "AWS::ApiGateway::DomainName": (
        "CertificateArn DomainName EndpointAccessMode EndpointConfiguration "
        "MutualTlsAuthentication OwnershipVerificationCertificateArn RegionalCertificateArn "
        "RoutingMode SecurityPolicy Tags"
    ),
    "AWS::ApiGateway::GatewayResponse": (
        "ResponseParameters ResponseTemplates ResponseType RestApiId StatusCode"
    ),
    "AWS::ApiGateway::Method": (
        "ApiKeyRequired AuthorizationScopes AuthorizationType AuthorizerId HttpMethod "
        "Integration MethodResponses OperationName RequestModels RequestParameters "
        "RequestValidatorId ResourceId RestApiId"
    ),
    "AWS::ApiGateway::Model": ("ContentType Description Name RestApiId Schema"),
    "AWS::ApiGateway::Resource": ("ParentId PathPart RestApiId"),
    "AWS::ApiGateway::RestApi": (
        "ApiKeySourceType BinaryMediaTypes Body BodyS3Location CloneFrom Description "
        "DisableExecuteApiEndpoint EndpointAccessMode EndpointConfiguration FailOnWarnings "
        "MinimumCompressionSize Mode Name Parameters Policy SecurityPolicy Tags Version"
    ),
    "AWS::ApiGateway::Stage": (
        "AccessLogSetting CacheClusterEnabled CacheClusterSize CanarySetting "
        "ClientCertificateId DeploymentId Description DocumentationVersion MethodSettings "
        "RestApiId StageName Tags TracingEnabled Variables"
    ),
    "AWS::ApiGateway::UsagePlan": ("ApiStages Description Quota Tags Throttle UsagePlanName"),
    "AWS::ApiGateway::VpcLink": ("Description Name Tags TargetArns"),
    "AWS::ApiGatewayV2::Api": (
        "ApiKeySelectionExpression BasePath Body BodyS3Location CorsConfiguration "
        "CredentialsArn Description DisableExecuteApiEndpoint DisableSchemaValidation "
        "FailOnWarnings IpAddressType Name ProtocolType RouteKey RouteSelectionExpression "
        "Tags Target Version"
    ),
    "AWS::ApiGatewayV2::Authorizer": (
        "ApiId AuthorizerCredentialsArn AuthorizerPayloadFormatVersion "
        "AuthorizerResultTtlInSeconds AuthorizerType AuthorizerUri EnableSimpleResponses "
        "IdentitySource IdentityValidationExpression JwtConfiguration Name"
    ),
    "AWS::ApiGatewayV2::DomainName": (
        "DomainName DomainNameConfigurations MutualTlsAuthentication RoutingMode Tags"
    ),
    "AWS::ApiGatewayV2::Integration": (
        "ApiId ConnectionId ConnectionType ContentHandlingStrategy CredentialsArn Description "
        "IntegrationMethod IntegrationSubtype IntegrationType IntegrationUri "
        "PassthroughBehavior PayloadFormatVersion RequestParameters RequestTemplates "
        "ResponseParameters TemplateSelectionExpression TimeoutInMillis TlsConfig"
    ),
    "AWS::ApiGatewayV2::Route": (
        "ApiId ApiKeyRequired AuthorizationScopes AuthorizationType AuthorizerId "
        "ModelSelectionExpression OperationName RequestModels RequestParameters RouteKey "
        "RouteResponseSelectionExpression Target"
    ),
    "AWS::ApiGatewayV2::Stage": (
        "AccessLogSettings AccessPolicyId ApiId AutoDeploy ClientCertificateId "
        "DefaultRouteSettings DeploymentId Description RouteSettings StageName StageVariables "
        "Tags"
    ),
    "AWS::ApplicationAutoScaling::ScalableTarget": (
        "MaxCapacity MinCapacity ResourceId RoleARN ScalableDimension ScheduledActions "
        "ServiceNamespace SuspendedState Tags"
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": (
        "PolicyName PolicyType PredictiveScalingPolicyConfiguration ResourceId "
        "ScalableDimension ScalingTargetId ServiceNamespace StepScalingPolicyConfiguration "
        "TargetTrackingScalingPolicyConfiguration"
    ),
    "AWS::CloudFront::CachePolicy": ("CachePolicyConfig"),
    "AWS::CloudFront::ContinuousDeploymentPolicy": ("ContinuousDeploymentPolicyConfig"),
    "AWS::CloudFront::Distribution": ("DistributionConfig Tags"),
    "AWS::CloudFront::Function": (
        "AutoPublish FunctionCode FunctionConfig FunctionMetadata Name Tags"
    ),
    "AWS::CloudFront::KeyGroup": ("KeyGroupConfig"),
    "AWS::CloudFront::OriginAccessControl": ("OriginAccessControlConfig"),
    "AWS::CloudFront::OriginRequestPolicy": ("OriginRequestPolicyConfig"),
    "AWS::CloudFront::PublicKey": ("PublicKeyConfig"),
    "AWS::CloudFront::ResponseHeadersPolicy": ("ResponseHeadersPolicyConfig"),
    "AWS::DynamoDB::GlobalTable": (
        "AttributeDefinitions BillingMode GlobalSecondaryIndexes GlobalTableSourceArn "
        "GlobalTableWitnesses KeySchema LocalSecondaryIndexes MultiRegionConsistency "
        "ReadOnDemandThroughputSettings ReadProvisionedThroughputSettings Replicas "
        "SSESpecification StreamSpecification TableName TimeToLiveSpecification VectorIndexes "
        "WarmThroughput WriteOnDemandThroughputSettings WriteProvisionedThroughputSettings"
    ),
    "AWS::DynamoDB::Table": (
        "AttributeDefinitions BillingMode ContributorInsightsSpecification "
        "DeletionProtectionEnabled GlobalSecondaryIndexes ImportSourceSpecification KeySchema "
        "KinesisStreamSpecification LocalSecondaryIndexes OnDemandThroughput "
        "PointInTimeRecoverySpecification ProvisionedThroughput ResourcePolicy "
        "SSESpecification StreamSpecification TableClass TableName Tags "
        "TimeToLiveSpecification VectorIndexes WarmThroughput"
    ),
    "AWS::EC2::FlowLog": (
        "DeliverCrossAccountRole DeliverLogsPermissionArn DestinationOptions LogDestination "
        "LogDestinationType LogFormat LogGroupName MaxAggregationInterval ResourceId "
        "ResourceType TagFieldSpecifications Tags TrafficType"
    ),
    "AWS::EC2::Route": (
        "CarrierGatewayId CoreNetworkArn DestinationCidrBlock DestinationIpv6CidrBlock "
        "DestinationPrefixListId EgressOnlyInternetGatewayId GatewayId InstanceId "
        "LocalGatewayId NatGatewayId NetworkInterfaceId OdbNetworkArn RouteTableId "
        "TransitGatewayId VpcEndpointId VpcPeeringConnectionId"
    ),
    "AWS::EC2::SecurityGroup": (
        "GroupDescription GroupName SecurityGroupEgress SecurityGroupIngress Tags VpcId"
    ),
    "AWS::EC2::SecurityGroupEgress": (
        "CidrIp CidrIpv6 Description DestinationPrefixListId DestinationSecurityGroupId "
        "FromPort GroupId IpProtocol ToPort"
    ),
    "AWS::EC2::SecurityGroupIngress": (
        "CidrIp CidrIpv6 Description FromPort GroupId GroupName IpProtocol SourcePrefixListId "
        "SourceSecurityGroupId SourceSecurityGroupName SourceSecurityGroupOwnerId ToPort"
    ),
    "AWS::EC2::Subnet": (
        "AssignIpv6AddressOnCreation AvailabilityZone AvailabilityZoneId CidrBlock "
        "EnableDns64 EnableLniAtDeviceIndex Ipv4IpamPoolId Ipv4NetmaskLength Ipv6CidrBlock "
        "Ipv6IpamPoolId Ipv6Native Ipv6NetmaskLength MapPublicIpOnLaunch OutpostArn "
        "PrivateDnsNameOptionsOnLaunch Tags VpcId"
    ),
    "AWS::EC2::VPC": (
        "CidrBlock EnableDnsHostnames EnableDnsSupport InstanceTenancy Ipv4IpamPoolId "
        "Ipv4NetmaskLength Tags VpcEncryptionControl"
    ),
    "AWS::EC2::VPCEndpoint": (
        "DnsOptions IpAddressType PolicyDocument PrivateDnsEnabled ResourceConfigurationArn "
        "RouteTableIds SecurityGroupIds ServiceName ServiceNetworkArn ServiceRegion SubnetIds "
        "Tags VpcEndpointType VpcId"
    ),
    "AWS::ElastiCache::CacheCluster": (
        "AZMode AutoMinorVersionUpgrade CacheNodeType CacheParameterGroupName "
        "CacheSecurityGroupNames CacheSubnetGroupName ClusterName Engine EngineVersion "
        "IpDiscovery LogDeliveryConfigurations NetworkType NotificationTopicArn NumCacheNodes "
        "Port PreferredAvailabilityZone PreferredAvailabilityZones PreferredMaintenanceWindow "
        "SnapshotArns SnapshotName SnapshotRetentionLimit SnapshotWindow Tags "
        "TransitEncryptionEnabled VpcSecurityGroupIds"
    ),
    "AWS::ElastiCache::GlobalReplicationGroup": (
        "AutomaticFailoverEnabled CacheNodeType CacheParameterGroupName Engine EngineVersion "
        "GlobalNodeGroupCount GlobalReplicationGroupDescription "
        "GlobalReplicationGroupIdSuffix Members RegionalConfigurations Tags"
    ),
    "AWS::ElastiCache::ParameterGroup": ("CacheParameterGroupFamily Description Properties Tags"),
    "AWS::ElastiCache::ReplicationGroup": (
        "AtRestEncryptionEnabled AuthToken AutoMinorVersionUpgrade AutomaticFailoverEnabled "
        "CacheNodeType CacheParameterGroupName CacheSecurityGroupNames CacheSubnetGroupName "
        "ClusterMode DataTieringEnabled Durability Engine EngineVersion "
        "GlobalReplicationGroupId IpDiscovery KmsKeyId LogDeliveryConfigurations "
        "MultiAZEnabled NetworkType NodeGroupConfiguration NotificationTopicArn "
        "NumCacheClusters NumNodeGroups Port PreferredCacheClusterAZs "
        "PreferredMaintenanceWindow PrimaryClusterId ReplicasPerNodeGroup "
        "ReplicationGroupDescription ReplicationGroupId SecurityGroupIds SnapshotArns "
        "SnapshotName SnapshotRetentionLimit SnapshotWindow SnapshottingClusterId Tags "
        "TransitEncryptionEnabled TransitEncryptionMode UserGroupIds"
    ),
    "AWS::ElastiCache::SecurityGroup": ("Description Tags"),
    "AWS::ElastiCache::SecurityGroupIngress": (
        "CacheSecurityGroupName EC2SecurityGroupName EC2SecurityGroupOwnerId"
    ),
    "AWS::ElastiCache::ServerlessCache": (
        "CacheUsageLimits ConnectionType DailySnapshotTime Description Endpoint Engine "
        "FinalSnapshotName KmsKeyId MajorEngineVersion NetworkType ReaderEndpoint "
        "SecurityGroupIds ServerlessCacheName SnapshotArnsToRestore SnapshotRetentionLimit "
        "SubnetIds Tags UserGroupId"
    ),
    "AWS::ElastiCache::SubnetGroup": ("CacheSubnetGroupName Description SubnetIds Tags"),
    "AWS::ElastiCache::User": (
        "AccessString AuthenticationMode Engine NoPasswordRequired Passwords Tags UserId UserName"
    ),
    "AWS::ElastiCache::UserGroup": ("Engine Tags UserGroupId UserIds"),
    "AWS::Events::Rule": (
        "Description EventBusName EventPattern Name RoleArn ScheduleExpression State Tags Targets"
    ),
    "AWS::IAM::Group": ("GroupName ManagedPolicyArns Path Policies"),
    "AWS::IAM::GroupPolicy": ("GroupName PolicyDocument PolicyName"),
    "AWS::IAM::ManagedPolicy": (
        "Description Groups ManagedPolicyName Path PolicyDocument Roles Users"
    ),
    "AWS::IAM::Policy": ("Groups PolicyDocument PolicyName Roles Users"),
    "AWS::IAM::Role": (
        "AssumeRolePolicyDocument Description ManagedPolicyArns MaxSessionDuration Path "
        "PermissionsBoundary Policies RoleName Tags"
    ),
    "AWS::IAM::RolePolicy": ("PolicyDocument PolicyName RoleName"),
    "AWS::IAM::User": (
        "Groups LoginProfile ManagedPolicyArns Path PermissionsBoundary Policies Tags UserName"
    ),
    "AWS::IAM::UserPolicy": ("PolicyDocument PolicyName UserName"),
    "AWS::KMS::Alias": ("AliasName TargetKeyId"),
    "AWS::KMS::Key": (
        "BypassPolicyLockoutSafetyCheck Description EnableKeyRotation Enabled KeyPolicy "
        "KeySpec KeyUsage MultiRegion Origin PendingWindowInDays RotationPeriodInDays Tags"
    ),
    "AWS::Lambda::Alias": (
        "Description FunctionName FunctionVersion Name ProvisionedConcurrencyConfig RoutingConfig"
    ),
    "AWS::Lambda::EventInvokeConfig": (
        "DestinationConfig FunctionName MaximumEventAgeInSeconds MaximumRetryAttempts Qualifier"
    ),
    "AWS::Lambda::EventSourceMapping": (
        "AmazonManagedKafkaEventSourceConfig BatchSize BisectBatchOnFunctionError "
        "DestinationConfig DocumentDBEventSourceConfig Enabled EventSourceArn FilterCriteria "
        "FunctionName FunctionResponseTypes KmsKeyArn LoggingConfig "
        "MaximumBatchingWindowInSeconds MaximumRecordAgeInSeconds MaximumRetryAttempts "
        "MetricsConfig ParallelizationFactor ProvisionedPollerConfig Queues ScalingConfig "
        "SelfManagedEventSource SelfManagedKafkaEventSourceConfig SourceAccessConfigurations "
        "StartingPosition StartingPositionTimestamp Tags Topics TumblingWindowInSeconds"
    ),
    "AWS::Lambda::Function": (
        "Architectures CapacityProviderConfig Code CodeSigningConfigArn DeadLetterConfig "
        "Description DurableConfig Environment EphemeralStorage FileSystemConfigs "
        "FunctionName FunctionScalingConfig Handler ImageConfig KmsKeyArn Layers "
        "LoggingConfig MemorySize PackageType PublishToLatestPublished RecursiveLoop "
        "ReservedConcurrentExecutions Role Runtime RuntimeManagementConfig SnapStart Tags "
        "TenancyConfig Timeout TracingConfig VpcConfig"
    ),
    "AWS::Lambda::LayerVersion": (
        "CompatibleArchitectures CompatibleRuntimes Content Description LayerName LicenseInfo"
    ),
    "AWS::Lambda::LayerVersionPermission": ("Action LayerVersionArn OrganizationId Principal"),
    "AWS::Lambda::Permission": (
        "Action EventSourceToken FunctionName FunctionUrlAuthType InvokedViaFunctionUrl "
        "Principal PrincipalOrgID SourceAccount SourceArn"
    ),
    "AWS::Lambda::Url": ("AuthType Cors InvokeMode Qualifier TargetFunctionArn"),
    "AWS::Lambda::Version": (
        "CodeSha256 Description FunctionName FunctionScalingConfig "
        "ProvisionedConcurrencyConfig RuntimePolicy"
    ),
    "AWS::Logs::LogGroup": (
        "BearerTokenAuthenticationEnabled DataProtectionPolicy DeletionProtectionEnabled "
        "FieldIndexPolicies KmsKeyId LogGroupClass LogGroupName ResourcePolicyDocument "
        "RetentionInDays Tags"
    ),
    "AWS::Logs::MetricFilter": (
        "ApplyOnTransformedLogs EmitSystemFieldDimensions FieldSelectionCriteria FilterName "
        "FilterPattern LogGroupName MetricTransformations"
    ),
    "AWS::Logs::ResourcePolicy": ("PolicyDocument PolicyName"),
    "AWS::Logs::SubscriptionFilter": (
        "ApplyOnTransformedLogs DestinationArn Distribution EmitSystemFields "
        "FieldSelectionCriteria FilterName FilterPattern LogGroupName RoleArn"
    ),
    "AWS::S3::Bucket": (
        "AbacStatus AccelerateConfiguration AccessControl AnalyticsConfigurations "
        "BucketEncryption BucketName BucketNamePrefix BucketNamespace CorsConfiguration "
        "IntelligentTieringConfigurations InventoryConfigurations LifecycleConfiguration "
        "LoggingConfiguration MetadataConfiguration MetadataTableConfiguration "
        "MetricsConfigurations NotificationConfiguration ObjectLockConfiguration "
        "ObjectLockEnabled OwnershipControls PublicAccessBlockConfiguration "
        "ReplicationConfiguration Tags VersioningConfiguration WebsiteConfiguration"
    ),
    "AWS::S3::BucketPolicy": ("Bucket PolicyDocument"),
    "AWS::SNS::Subscription": (
        "DeliveryPolicy Endpoint FilterPolicy FilterPolicyScope Protocol RawMessageDelivery "
        "RedrivePolicy Region ReplayPolicy SubscriptionRoleArn TopicArn"
    ),
    "AWS::SNS::Topic": (
        "ArchivePolicy ContentBasedDeduplication DataProtectionPolicy DeliveryStatusLogging "
        "DisplayName FifoThroughputScope FifoTopic KmsMasterKeyId MaximumMessageSize "
        "SignatureVersion Subscription Tags TopicName TracingConfig"
    ),
    "AWS::SNS::TopicPolicy": ("PolicyDocument Topics"),
    "AWS::SQS::Queue": (
        "ContentBasedDeduplication DeduplicationScope DelaySeconds FifoQueue "
        "FifoThroughputLimit KmsDataKeyReusePeriodSeconds KmsMasterKeyId MaximumMessageSize "
        "MessageRetentionPeriod QueueName ReceiveMessageWaitTimeSeconds RedriveAllowPolicy "
        "RedrivePolicy SqsManagedSseEnabled Tags VisibilityTimeout"
    ),
    "AWS::SQS::QueuePolicy": ("PolicyDocument Queues"),
    "AWS::Scheduler::Schedule": (
        "Description EndDate FlexibleTimeWindow GroupName KmsKeyArn Name ScheduleExpression "
        "ScheduleExpressionTimezone StartDate State Target"
    ),
    "AWS::SecretsManager::ResourcePolicy": ("BlockPublicPolicy ResourcePolicy SecretId"),
    "AWS::SecretsManager::RotationSchedule": (
        "ExternalSecretRotationMetadata ExternalSecretRotationRoleArn HostedRotationLambda "
        "RotateImmediatelyOnUpdate RotationLambdaARN RotationRules SecretId"
    ),
    "AWS::SecretsManager::Secret": (
        "Description GenerateSecretString KmsKeyId Name ReplicaRegions SecretString Tags Type"
    ),
    "AWS::WAFv2::IPSet": ("Addresses Description IPAddressVersion Name Scope Tags"),
    "AWS::WAFv2::LoggingConfiguration": (
        "LogDestinationConfigs LoggingFilter RedactedFields ResourceArn"
    ),
    "AWS::WAFv2::RegexPatternSet": ("Description Name RegularExpressionList Scope Tags"),
    "AWS::WAFv2::RuleGroup": (
        "AvailableLabels Capacity ConsumedLabels CustomResponseBodies Description "
        "MonetizationConfig Name Rules Scope Tags VisibilityConfig"
    ),
    "AWS::WAFv2::WebACL": (
        "ApplicationConfig AssociationConfig CaptchaConfig ChallengeConfig "
        "CustomResponseBodies DataProtectionConfig DefaultAction Description "
        "MonetizationConfig Name OnSourceDDoSProtectionConfig Rules Scope Tags TokenDomains "
        "VisibilityConfig"
    ),
    "AWS::WAFv2::WebACLAssociation": ("ResourceArn WebACLArn"),
}
"""The names, with a space between them, by type."""
