"""How each type of resource is drawn: as a box, as a part of another box, or not at all.

Each table has a line per type, without its `AWS::`. A type in none of them is a box, unless its
name says that it is a part of something, such as a policy or an attachment.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

REFERRING: Final = "<"
"""In `_PARTS`: the resource is a part of the first one that refers to it."""

# Type, glyph, label. `*`: it keeps data. `+`: drawn only with all details.
_BOXES: Final = """
ApiGateway::RestApi                   api        REST API
ApiGatewayV2::Api                     api        HTTP API
AppSync::GraphQLApi                   api        GraphQL API
Serverless::Api                       api        REST API
Serverless::HttpApi                   api        HTTP API
ApiGateway::VpcLink                   network    VPC link
ApiGatewayV2::VpcLink                 network    VPC link
CloudFront::Distribution              cdn        CloudFront distribution
CloudFront::Function                  edge+      CloudFront function
CloudFront::KeyValueStore             table      CloudFront key value store
CloudFront::VpcOrigin                 network+   CloudFront VPC origin
Lambda::Function                      function   Lambda function
Serverless::Function                  function   Lambda function
S3::Bucket                            bucket*    S3 bucket
S3Tables::TableBucket                 bucket*    S3 table bucket
S3Express::DirectoryBucket            bucket*    S3 directory bucket
EFS::FileSystem                       files*     EFS file system
FSx::FileSystem                       files*     FSx file system
ECR::Repository                       container* ECR repository
DynamoDB::Table                       table*     DynamoDB table
DynamoDB::GlobalTable                 table*     DynamoDB table
Serverless::SimpleTable               table*     DynamoDB table
RDS::DBInstance                       database*  RDS database
RDS::DBCluster                        database*  RDS cluster
RDS::DBProxy                          database   RDS proxy
DSQL::Cluster                         database*  Aurora DSQL cluster
DocDB::DBCluster                      database*  DocumentDB cluster
Neptune::DBCluster                    database*  Neptune cluster
Redshift::Cluster                     database*  Redshift cluster
RedshiftServerless::Namespace         database*  Redshift Serverless
Timestream::Table                     table*     Timestream table
OpenSearchService::Domain             search*    OpenSearch domain
OpenSearchServerless::Collection      search*    OpenSearch collection
Elasticsearch::Domain                 search*    Elasticsearch domain
ElastiCache::ReplicationGroup         cache*     ElastiCache replication group
ElastiCache::CacheCluster             cache*     ElastiCache cluster
ElastiCache::ServerlessCache          cache*     ElastiCache Serverless
ElastiCache::GlobalReplicationGroup   cache      ElastiCache global datastore
MemoryDB::Cluster                     cache*     MemoryDB cluster
DAX::Cluster                          cache      DAX cluster
SQS::Queue                            queue*     SQS queue
AmazonMQ::Broker                      queue*     Amazon MQ broker
MSK::Cluster                          stream*    MSK cluster
MSK::ServerlessCluster                stream*    MSK Serverless
Kinesis::Stream                       stream*    Kinesis stream
KinesisFirehose::DeliveryStream       stream     Firehose stream
KinesisAnalyticsV2::Application       stream     Managed Flink application
SNS::Topic                            topic      SNS topic
Events::Rule                          rule       EventBridge rule
Events::EventBus                      bus        EventBridge bus
Events::Archive                       bus+       EventBridge archive
Scheduler::Schedule                   schedule   EventBridge schedule
Pipes::Pipe                           rule       EventBridge pipe
StepFunctions::StateMachine           workflow   Step Functions state machine
Serverless::StateMachine              workflow   Step Functions state machine
Cognito::UserPool                     users*     Cognito user pool
Cognito::IdentityPool                 users      Cognito identity pool
SecretsManager::Secret                secret*    Secret
SSM::Parameter                        secret+    SSM parameter
KMS::Key                              key+       KMS key
CertificateManager::Certificate       key+       TLS certificate
WAFv2::WebACL                         shield     Web ACL
Route53::HostedZone                   dns        DNS zone
Route53::HealthCheck                  dns+       DNS health check
EC2::Instance                         server     EC2 instance
EC2::VPCEndpoint                      network+   VPC endpoint
EC2::NatGateway                       network+   NAT gateway
EC2::TransitGateway                   network    Transit gateway
EC2::ClientVpnEndpoint                network    Client VPN endpoint
AutoScaling::AutoScalingGroup         server     Auto Scaling group
ElasticLoadBalancingV2::LoadBalancer  balancer   Load balancer
ElasticLoadBalancing::LoadBalancer    balancer   Classic load balancer
VpcLattice::Service                   balancer   VPC Lattice service
ECS::Service                          container  ECS service
ECS::Cluster                          container+ ECS cluster
EKS::Cluster                          container  EKS cluster
AppRunner::Service                    container  App Runner service
Batch::JobQueue                       queue      Batch job queue
Batch::JobDefinition                  container  Batch job
Glue::Job                             workflow   Glue job
Glue::Database                        table+     Glue database
Athena::WorkGroup                     search     Athena workgroup
CodePipeline::Pipeline                workflow   CodePipeline pipeline
CodeBuild::Project                    workflow   CodeBuild project
CodeDeploy::Application               workflow+  CodeDeploy application
CodeDeploy::DeploymentGroup           workflow+  CodeDeploy deployment group
Synthetics::Canary                    clock      Canary
CloudWatch::Alarm                     alarm+     Alarm
CloudWatch::CompositeAlarm            alarm+     Composite alarm
CloudWatch::Dashboard                 alarm+     Dashboard
CloudTrail::Trail                     log        CloudTrail trail
Logs::LogGroup                        log+       Log group
SES::EmailIdentity                    topic      SES identity
Bedrock::Agent                        brain      Bedrock agent
Bedrock::KnowledgeBase                brain      Bedrock knowledge base
SageMaker::Endpoint                   brain      SageMaker endpoint
Location::Map                         globe      Location map
IoT::TopicRule                        rule       IoT rule
Backup::BackupVault                   bucket+    Backup vault
Backup::BackupPlan                    clock+     Backup plan
IAM::User                             users+     IAM user
CloudFormation::CustomResource        deploy     Custom resource
Custom::AWS                           deploy     Call of an AWS API
Custom::CDKBucketDeployment           deploy     Bucket deployment
Custom::Invalidation                  deploy     Invalidation
CloudFormation::Stack                 stack      Nested stack
"""

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

# The ends of the names of types that are parts of what they refer to.
_PART: Final = (
    *("Policy", "Permission", "Permissions", "Association", "Attachment", "Membership"),
    *("ParameterGroup", "SubnetGroup", "Version", "Alias", "Configuration", "Target", "Grant"),
)

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


@dataclass(frozen=True)
class Box:
    """A type that is drawn as a box.

    Attributes:
        category: The name of its glyph.
        label: What it is.
        data: Whether it keeps data.
        detail: Whether it is drawn only with all details.
    """

    category: str
    label: str
    data: bool = False
    detail: bool = False


@cache
def boxes() -> dict[str, Box]:
    """Return the types that are drawn as boxes, and how."""
    found = {}
    for line in _BOXES.strip().splitlines():
        name, category, label = line.split(maxsplit=2)
        type_ = name if name.startswith("Custom::") else f"AWS::{name}"
        found[type_] = Box(
            category.rstrip("*+"), label, category.endswith("*"), category.endswith("+")
        )
    return found


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


def is_part_by_name(type_: str) -> bool:
    """Return whether the name of a type that no table has says that it is a part."""
    known = type_ in boxes() or type_ in parts()
    return not known and type_.startswith("AWS::") and type_.endswith(_PART)


def box_of(type_: str) -> Box:
    """Return how to draw a type of which no table says that it is a part."""
    known = boxes().get(type_)
    if known is not None:
        return known
    if type_.startswith("Custom::"):
        return Box("deploy", words(type_.removeprefix("Custom::")))
    service, _, name = type_.removeprefix("AWS::").partition("::")
    return Box("other", f"{service} {words(name.replace('::', ' ')).lower()}".strip())


def words(name: str) -> str:
    """Return a name in camel case as words: `ContentDeployment` as `Content deployment`."""
    text = ""
    for number, letter in enumerate(name):
        before = name[number - 1] if number else ""
        after = name[number + 1] if number + 1 < len(name) else ""
        begins = letter.isupper() and (before.islower() or (before.isupper() and after.islower()))
        text += f" {letter.lower() if after.islower() else letter}" if begins else letter
    return text
