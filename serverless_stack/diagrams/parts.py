"""Which types of resources are parts of other boxes, or not drawn at all.

Each table has a line per type, without its `AWS::`.
"""

from __future__ import annotations

from functools import cache
from typing import Final

REFERRING: Final = "<"
"""In the table: the resource is a part of the first one that refers to it."""

# Type, and the properties that name what it is a part of.
_PARTS: Final = """
ApiGateway::Account                   -
ApiGateway::ApiKey                    StageKeys
ApiGateway::Authorizer                RestApiId
ApiGateway::BasePathMapping           RestApiId
ApiGateway::BasePathMappingV2         RestApiId
ApiGateway::Deployment                RestApiId
ApiGateway::DocumentationPart         RestApiId
ApiGateway::DocumentationVersion      RestApiId
ApiGateway::DomainName                <
ApiGateway::DomainNameV2              <
ApiGateway::GatewayResponse           RestApiId
ApiGateway::Method                    RestApiId
ApiGateway::Model                     RestApiId
ApiGateway::RequestValidator          RestApiId
ApiGateway::Resource                  RestApiId
ApiGateway::Stage                     RestApiId
ApiGateway::UsagePlan                 ApiStages
ApiGateway::UsagePlanKey              UsagePlanId
ApiGatewayV2::ApiMapping              ApiId
ApiGatewayV2::Authorizer              ApiId
ApiGatewayV2::Deployment              ApiId
ApiGatewayV2::DomainName              <
ApiGatewayV2::Integration             ApiId
ApiGatewayV2::IntegrationResponse     ApiId
ApiGatewayV2::Model                   ApiId
ApiGatewayV2::Route                   ApiId
ApiGatewayV2::RouteResponse           ApiId
ApiGatewayV2::Stage                   ApiId
AppSync::ApiCache                     ApiId
AppSync::ApiKey                       ApiId
AppSync::DataSource                   ApiId
AppSync::DomainNameApiAssociation     ApiId
AppSync::DomainName                   <
AppSync::FunctionConfiguration        ApiId
AppSync::GraphQLSchema                ApiId
AppSync::Resolver                     ApiId
ApplicationAutoScaling::ScalableTarget ResourceId
ApplicationAutoScaling::ScalingPolicy ScalingTargetId ScalableTargetId
AutoScaling::LaunchConfiguration      <
AutoScaling::LifecycleHook            AutoScalingGroupName
AutoScaling::ScalingPolicy            AutoScalingGroupName
AutoScaling::ScheduledAction          AutoScalingGroupName
Backup::BackupSelection               BackupPlanId
CDK::Metadata                         -
CloudFormation::WaitCondition         -
CloudFormation::WaitConditionHandle   -
CloudFormation::Macro                 -
CloudFront::CachePolicy               <
CloudFront::CloudFrontOriginAccessIdentity <
CloudFront::ContinuousDeploymentPolicy <
CloudFront::FieldLevelEncryptionConfig <
CloudFront::FieldLevelEncryptionProfile <
CloudFront::KeyGroup                  <
CloudFront::MonitoringSubscription    DistributionId
CloudFront::OriginAccessControl       <
CloudFront::OriginRequestPolicy       <
CloudFront::PublicKey                 <
CloudFront::RealtimeLogConfig         <
CloudFront::ResponseHeadersPolicy     <
CloudFront::TrustStore                <
CodeDeploy::DeploymentConfig          <
CodeStarNotifications::NotificationRule Resource
Cognito::IdentityPoolRoleAttachment   IdentityPoolId
Cognito::ManagedLoginBranding         UserPoolId
Cognito::UserPoolClient               UserPoolId
Cognito::UserPoolDomain               UserPoolId
Cognito::UserPoolGroup                UserPoolId
Cognito::UserPoolIdentityProvider     UserPoolId
Cognito::UserPoolResourceServer       UserPoolId
Cognito::UserPoolUser                 UserPoolId
DocDB::DBClusterParameterGroup        <
DocDB::DBInstance                     DBClusterIdentifier
DocDB::DBSubnetGroup                  <
EC2::CustomerGateway                  -
EC2::DHCPOptions                      -
EC2::EIP                              <
EC2::EIPAssociation                   -
EC2::EgressOnlyInternetGateway        -
EC2::FlowLog                          -
EC2::InternetGateway                  -
EC2::KeyPair                          <
EC2::LaunchTemplate                   <
EC2::NetworkAcl                       -
EC2::NetworkAclEntry                  -
EC2::NetworkInterface                 <
EC2::PrefixList                       -
EC2::Route                            -
EC2::RouteTable                       -
EC2::SecurityGroup                    <
EC2::SecurityGroupEgress              GroupId
EC2::SecurityGroupIngress             GroupId
EC2::Subnet                           -
EC2::SubnetNetworkAclAssociation      -
EC2::SubnetRouteTableAssociation      -
EC2::TransitGatewayAttachment         TransitGatewayId
EC2::VPC                              -
EC2::VPCCidrBlock                     -
EC2::VPCDHCPOptionsAssociation        -
EC2::VPCEndpointService               <
EC2::VPCGatewayAttachment             -
EC2::VPNGateway                       -
EC2::VPNGatewayRoutePropagation       -
EC2::Volume                           <
EC2::VolumeAttachment                 InstanceId
ECS::CapacityProvider                 <
ECS::ClusterCapacityProviderAssociations Cluster
ECS::TaskDefinition                   <
EFS::AccessPoint                      FileSystemId
EFS::MountTarget                      FileSystemId
EKS::AccessEntry                      ClusterName
EKS::Addon                            ClusterName
EKS::FargateProfile                   ClusterName
EKS::Nodegroup                        ClusterName
ElastiCache::ParameterGroup           <
ElastiCache::SecurityGroup            <
ElastiCache::SubnetGroup              <
ElastiCache::User                     <
ElastiCache::UserGroup                <
ElasticLoadBalancingV2::Listener      LoadBalancerArn
ElasticLoadBalancingV2::ListenerCertificate ListenerArn
ElasticLoadBalancingV2::ListenerRule  ListenerArn
ElasticLoadBalancingV2::TargetGroup   <
Events::ApiDestination                <
Events::Connection                    <
Events::EventBusPolicy                EventBusName
Glue::Crawler                         <
Glue::Table                           DatabaseName
IAM::AccessKey                        UserName
IAM::Group                            -
IAM::InstanceProfile                  <
IAM::ManagedPolicy                    Roles
IAM::OIDCProvider                     -
IAM::Policy                           Roles
IAM::Role                             <
IAM::RolePolicy                       RoleName
IAM::ServiceLinkedRole                -
IAM::UserPolicy                       UserName
IAM::UserToGroupAddition              Users
KMS::Alias                            TargetKeyId
Kinesis::ResourcePolicy               ResourceArn
Kinesis::StreamConsumer               StreamARN
Lambda::Alias                         FunctionName
Lambda::CapacityProvider              <
Lambda::CodeSigningConfig             <
Lambda::EventInvokeConfig             FunctionName
Lambda::EventSourceMapping            FunctionName
Lambda::LayerVersion                  <
Lambda::LayerVersionPermission        LayerVersionArn
Lambda::Permission                    FunctionName
Lambda::Url                           TargetFunctionArn
Lambda::Version                       FunctionName
Logs::LogStream                       LogGroupName
Logs::MetricFilter                    LogGroupName
Logs::QueryDefinition                 -
Logs::ResourcePolicy                  -
Logs::SubscriptionFilter              LogGroupName
Logs::DeliverySource                  ResourceArn
Logs::DeliveryDestination             DestinationResourceArn
Logs::Delivery                        DeliverySourceName
MemoryDB::ACL                         <
MemoryDB::ParameterGroup              <
MemoryDB::SubnetGroup                 <
MemoryDB::User                        <
Neptune::DBInstance                   DBClusterIdentifier
Neptune::DBSubnetGroup                <
OpenSearchServerless::AccessPolicy    -
OpenSearchServerless::SecurityPolicy  -
RDS::DBClusterParameterGroup          <
RDS::DBParameterGroup                 <
RDS::DBProxyEndpoint                  DBProxyName
RDS::DBProxyTargetGroup               DBProxyName
RDS::DBSubnetGroup                    <
RDS::OptionGroup                      <
RedshiftServerless::Workgroup         NamespaceName
ResourceGroups::Group                 -
Route53::RecordSet                    AliasTarget ResourceRecords HostedZoneId
Route53::RecordSetGroup               RecordSets HostedZoneId
S3::AccessGrant                       -
S3::AccessPoint                       Bucket
S3::BucketPolicy                      Bucket
S3Tables::TableBucketPolicy           TableBucketARN
SNS::Subscription                     TopicArn
SNS::TopicInlinePolicy                TopicArn
SNS::TopicPolicy                      Topics
SQS::QueueInlinePolicy                Queue
SQS::QueuePolicy                      Queues
Scheduler::ScheduleGroup              <
SecretsManager::ResourcePolicy        SecretId
SecretsManager::RotationSchedule      SecretId
SecretsManager::SecretTargetAttachment SecretId
ServiceDiscovery::PrivateDnsNamespace -
ServiceDiscovery::Service             <
StepFunctions::Activity               <
StepFunctions::StateMachineAlias      RoutingConfiguration
StepFunctions::StateMachineVersion    StateMachineArn
WAFv2::IPSet                          <
WAFv2::LoggingConfiguration           ResourceArn
WAFv2::RegexPatternSet                <
WAFv2::RuleGroup                      <
WAFv2::WebACLAssociation              WebACLArn
"""

# Custom resources of the CDK and of this library that are details of another resource.
_CUSTOM_PARTS: Final = """
Custom::ApiGatewayLogRole             -
Custom::BucketNotifications           BucketName
Custom::S3BucketNotifications         BucketName
Custom::CloudwatchLogResourcePolicy   -
Custom::CrossRegionExportReader       -
Custom::CrossRegionExportWriter       -
Custom::DynamoDBReplica               TableName
Custom::ECRAutoDeleteImages           RepositoryName
Custom::LogRetention                  -
Custom::OpenIdConnectProvider         -
Custom::AWSCDKOpenIdConnectProvider   -
Custom::S3AutoDeleteObjects           BucketName
Custom::VpcRestrictDefaultSG          -
Custom::AWSCDKCfnUtilsProvider        -
"""


@cache
def parts() -> dict[str, tuple[str, ...]]:
    """Return the types that are parts of other boxes: the properties that name those.

    `REFERRING` stands for the resource that refers to it; an empty tuple for none.
    """
    found = {}
    for line in _PARTS.strip().splitlines():
        name, *properties = line.split()
        found[f"AWS::{name}"] = tuple(properties)
    for line in _CUSTOM_PARTS.strip().splitlines():
        name, *properties = line.split()
        found[name] = tuple(properties)
    return {name: () if found[name] == ("-",) else found[name] for name in found}
