// The twin of `plain.py` in TypeScript; the comparison of templates holds both together.

import * as path from "path";
import * as cdk from "aws-cdk-lib";
import * as apigateway from "aws-cdk-lib/aws-apigateway";
import * as cloudfront from "aws-cdk-lib/aws-cloudfront";
import * as origins from "aws-cdk-lib/aws-cloudfront-origins";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as elasticache from "aws-cdk-lib/aws-elasticache";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";
import * as s3 from "aws-cdk-lib/aws-s3";
import * as assets from "aws-cdk-lib/aws-s3-assets";
import * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

const PACKAGES = process.env.PACKAGES!;
const NETWORK_ACTIONS = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];
const ACCESS_LOG =
  '{"requestId": "$context.requestId", "ip": "$context.identity.sourceIp", ' +
  '"requestTime": "$context.requestTime", "httpMethod": "$context.httpMethod", ' +
  '"path": "$context.path", "protocol": "$context.protocol", "status": "$context.status", ' +
  '"responseLength": "$context.responseLength", "responseLatency": "$context.responseLatency", ' +
  '"integrationLatency": "$context.integrationLatency", "xrayTraceId": "$context.xrayTraceId"}';
const OWNER = "Content00000000"; // a name like those that CDK makes, which the comparison replaces

function logGroup(scope: Construct, id: string, logGroupName?: string): logs.LogGroup {
  return new logs.LogGroup(scope, id, { logGroupName, retention: logs.RetentionDays.THREE_MONTHS });
}

function executionRole(
  scope: Construct,
  id: string,
  log: logs.LogGroup,
  description: string | undefined,
  statements: iam.PolicyStatement[],
): iam.Role {
  return new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com"),
    description,
    inlinePolicies: {
      Execution: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({
            actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
            resources: [log.logGroupArn],
          }),
          new iam.PolicyStatement({
            actions: ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            resources: ["*"],
          }),
          ...statements,
        ],
      }),
    },
  });
}

function deadLetters(stack: cdk.Stack): sqs.Queue {
  return new sqs.Queue(stack, "DeadLetters", {
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    removalPolicy: cdk.RemovalPolicy.RETAIN,
    retentionPeriod: cdk.Duration.days(14),
  });
}

function handler(
  stack: cdk.Stack,
  id: string,
  queue: sqs.Queue,
  vpc?: ec2.Vpc,
): [lambda.Function, iam.Role] {
  const logGroupOfFunction = logGroup(stack, `${id}Logs`);
  let statements = [
    new iam.PolicyStatement({ actions: ["sqs:SendMessage"], resources: [queue.queueArn] }),
  ];
  if (vpc) {
    const anyFunction = stack.formatArn({
      service: "lambda",
      resource: "function",
      resourceName: "*",
      arnFormat: cdk.ArnFormat.COLON_RESOURCE_NAME,
    });
    statements = [
      new iam.PolicyStatement({ actions: NETWORK_ACTIONS, resources: ["*"] }),
      ...statements,
      new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        actions: NETWORK_ACTIONS,
        resources: ["*"],
        conditions: { ArnLike: { "lambda:SourceFunctionArn": anyFunction } },
      }),
    ];
  }
  const role = executionRole(stack, `${id}Role`, logGroupOfFunction, undefined, statements);
  const created = new lambda.Function(stack, id, {
    architecture: lambda.Architecture.ARM_64,
    code: lambda.Code.fromAsset(path.join(PACKAGES, "handler")),
    ephemeralStorageSize: cdk.Size.mebibytes(512),
    handler: "index.handler",
    logGroup: logGroupOfFunction,
    memorySize: 256,
    role: role.withoutPolicyUpdates(),
    runtime: lambda.Runtime.PYTHON_3_14,
    timeout: cdk.Duration.seconds(15),
    tracing: lambda.Tracing.ACTIVE,
    vpc,
  });
  const resource = created.node.defaultChild as lambda.CfnFunction;
  resource.deadLetterConfig = { targetArn: queue.queueArn };
  return [created, role];
}

function deployTimeFunction(
  scope: Construct,
  name: string,
  entry: string,
  description: string,
  memorySize: number,
  timeout: cdk.Duration,
): [lambda.Function, iam.Role] {
  const log = logGroup(scope, `${name}Logs`);
  const role = executionRole(scope, `${name}Role`, log, description, []);
  const created = new lambda.Function(scope, `${name}Function`, {
    architecture: lambda.Architecture.ARM_64,
    code: lambda.Code.fromAsset(path.join(PACKAGES, name)),
    description,
    handler: entry,
    logGroup: log,
    memorySize,
    role: role.withoutPolicyUpdates(),
    runtime: lambda.Runtime.PYTHON_3_14,
    timeout,
    tracing: lambda.Tracing.ACTIVE,
  });
  return [created, role];
}

function apiLogRole(stack: cdk.Stack): cdk.CustomResource {
  const writer = new iam.Role(stack, "ApiLogRole", {
    assumedBy: new iam.ServicePrincipal("apigateway.amazonaws.com"),
    description: "Writes the logs of all REST APIs of the account and region",
    managedPolicies: [
      iam.ManagedPolicy.fromAwsManagedPolicyName(
        "service-role/AmazonAPIGatewayPushToCloudWatchLogs",
      ),
    ],
  });
  writer.applyRemovalPolicy(cdk.RemovalPolicy.RETAIN);
  const [setter, role] = deployTimeFunction(
    stack,
    "log_role",
    "serverless_stack.functions.log_role.handler",
    "Sets the CloudWatch role of API Gateway if the account has none",
    256,
    cdk.Duration.minutes(5),
  );
  const permissions = new iam.Policy(stack, "ApiLogRolePermissions", {
    roles: [role],
    statements: [
      new iam.PolicyStatement({
        actions: ["apigateway:GET", "apigateway:PATCH"],
        resources: [`arn:${cdk.Aws.PARTITION}:apigateway:${cdk.Aws.REGION}::/account`],
      }),
      new iam.PolicyStatement({
        actions: ["iam:PassRole"],
        resources: [writer.roleArn],
        conditions: { StringEquals: { "iam:PassedToService": "apigateway.amazonaws.com" } },
      }),
    ],
  });
  const resource = new cdk.CustomResource(stack, "ApiLogRoleSetting", {
    resourceType: "Custom::ApiGatewayLogRole",
    serviceToken: setter.functionArn,
    serviceTimeout: cdk.Duration.minutes(10),
    properties: { RoleArn: writer.roleArn },
  });
  resource.node.addDependency(permissions);
  return resource;
}

function api(
  stack: cdk.Stack,
  id: string,
  target: lambda.Function,
  logRole: cdk.CustomResource,
  routes?: number,
): apigateway.RestApi {
  const access = logGroup(stack, `${id}AccessLogs`);
  const rest = new apigateway.RestApi(stack, id, {
    restApiName: `${stack.stackName}-${id}`,
    binaryMediaTypes: ["*/*"],
    cloudWatchRole: false,
    deployOptions: {
      accessLogDestination: new apigateway.LogGroupLogDestination(access),
      accessLogFormat: apigateway.AccessLogFormat.custom(ACCESS_LOG),
      dataTraceEnabled: false,
      loggingLevel: apigateway.MethodLoggingLevel.ERROR,
      throttlingBurstLimit: 200,
      throttlingRateLimit: 100,
      tracingEnabled: true,
    },
    endpointTypes: [apigateway.EndpointType.REGIONAL],
  });
  const integration = new apigateway.LambdaIntegration(target, {
    allowTestInvoke: false,
    scopePermissionToMethod: false,
  });
  if (routes === undefined) {
    rest.root.addMethod("ANY", integration);
    rest.root.addResource("{proxy+}").addMethod("ANY", integration);
  } else {
    for (let number = 0; number < routes; number++) {
      rest.root.addResource(`path${number}`).addMethod("GET", integration);
    }
  }
  const execution = logGroup(
    stack,
    `${id}ExecutionLogs`,
    `API-Gateway-Execution-Logs_${rest.restApiId}/prod`,
  );
  rest.deploymentStage.node.addDependency(execution, logRole);
  return rest;
}

function network(stack: cdk.Stack): ec2.Vpc {
  const vpc = new ec2.Vpc(stack, "Vpc", {
    maxAzs: 2,
    natGateways: 0,
    restrictDefaultSecurityGroup: false,
    subnetConfiguration: [
      { name: "Isolated", subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
    ],
  });
  const ownAccount = new iam.PolicyStatement({
    actions: ["*"],
    principals: [new iam.AnyPrincipal()],
    resources: ["*"],
    conditions: {
      StringEquals: {
        "aws:PrincipalAccount": cdk.Aws.ACCOUNT_ID,
        "aws:ResourceAccount": cdk.Aws.ACCOUNT_ID,
      },
    },
  });
  vpc
    .addGatewayEndpoint("S3", { service: ec2.GatewayVpcEndpointAwsService.S3 })
    .addToPolicy(ownAccount);
  const secrets = vpc.addInterfaceEndpoint("SecretsManager", {
    service: ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    open: false,
  });
  secrets.connections.allowDefaultPortFrom(
    ec2.Peer.ipv4(ec2.Vpc.DEFAULT_CIDR_RANGE),
    "from within the VPC",
  );
  secrets.addToPolicy(ownAccount);
  const log = logGroup(stack, "FlowLogs");
  const anyFlowLog = stack.formatArn({
    service: "ec2",
    resource: "vpc-flow-log",
    resourceName: "*",
  });
  const writer = new iam.Role(stack, "FlowLogRole", {
    assumedBy: new iam.ServicePrincipal("vpc-flow-logs.amazonaws.com", {
      conditions: {
        StringEquals: { "aws:SourceAccount": cdk.Aws.ACCOUNT_ID },
        ArnLike: { "aws:SourceArn": anyFlowLog },
      },
    }),
    inlinePolicies: {
      Logs: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({
            actions: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources: [log.logGroupArn],
          }),
        ],
      }),
    },
  });
  new ec2.CfnFlowLog(stack, "FlowLog", {
    resourceId: vpc.vpcId,
    resourceType: "VPC",
    trafficType: "ALL",
    logDestinationType: "cloud-watch-logs",
    logGroupName: log.logGroupName,
    deliverLogsPermissionArn: writer.roleArn,
  });
  return vpc;
}

function accessLogs(stack: cdk.Stack): s3.Bucket {
  const bucket = new s3.Bucket(stack, "AccessLogs", {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    encryption: s3.BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    lifecycleRules: [
      {
        id: "Expire",
        abortIncompleteMultipartUploadAfter: cdk.Duration.days(7),
        expiration: cdk.Duration.days(90),
        noncurrentVersionExpiration: cdk.Duration.days(1),
      },
    ],
    minimumTLSVersion: 1.2,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
    removalPolicy: cdk.RemovalPolicy.RETAIN,
    versioned: true,
  });
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      actions: ["s3:PutObject"],
      principals: [new iam.ServicePrincipal("logging.s3.amazonaws.com")],
      resources: [bucket.arnForObjects("*")],
      conditions: { StringEquals: { "aws:SourceAccount": cdk.Aws.ACCOUNT_ID } },
    }),
  );
  return bucket;
}

function storage(stack: cdk.Stack, loggedTo: s3.Bucket, site: boolean): s3.Bucket {
  const rules: s3.LifecycleRule[] = [
    { id: "Default", abortIncompleteMultipartUploadAfter: cdk.Duration.days(7) },
  ];
  if (site) {
    rules.push({
      id: `Obsolete-${OWNER}`,
      expiration: cdk.Duration.days(7),
      prefix: "site/",
      tagFilters: { "serverless-stack:obsolete": OWNER },
    });
  }
  const bucket = new s3.Bucket(stack, "Bucket", {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    blockedEncryptionTypes: [s3.BlockedEncryptionType.SSE_C],
    encryption: s3.BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    lifecycleRules: rules,
    minimumTLSVersion: 1.2,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy: cdk.RemovalPolicy.RETAIN,
    versioned: true,
  });
  // `serverAccessLogsBucket` would add an access control list to the other bucket.
  const resource = bucket.node.defaultChild as s3.CfnBucket;
  resource.loggingConfiguration = {
    destinationBucketName: loggedTo.bucketName,
    logFilePrefix: "s3/Bucket00000000/",
  };
  return bucket;
}

function redis(stack: cdk.Stack, vpc: ec2.Vpc, target: lambda.Function, role: iam.Role): void {
  const name = `${stack.stackName}/Redis`;
  const group = new ec2.SecurityGroup(stack, "RedisSecurityGroup", {
    vpc,
    description: `Redis of ${name}`,
    allowAllOutbound: false,
  });
  const subnets = new elasticache.CfnSubnetGroup(stack, "RedisSubnets", {
    description: `Redis of ${name}`,
    subnetIds: vpc.isolatedSubnets.map((subnet) => subnet.subnetId),
  });
  const secret = new secretsmanager.Secret(stack, "RedisSecret", {
    description: `AUTH token of ${name}`,
    generateSecretString: { excludePunctuation: true, passwordLength: 64 },
  });
  const cache = new elasticache.CfnReplicationGroup(stack, "Redis", {
    replicationGroupDescription: name,
    atRestEncryptionEnabled: true,
    authToken: secret.secretValue.unsafeUnwrap(),
    automaticFailoverEnabled: true,
    cacheNodeType: "cache.t4g.micro",
    cacheSubnetGroupName: subnets.ref,
    engine: "redis",
    engineVersion: "7.1",
    multiAzEnabled: true,
    numCacheClusters: 2,
    port: 6379,
    securityGroupIds: [group.securityGroupId],
    snapshotRetentionLimit: 7,
    transitEncryptionEnabled: true,
  });
  cache.applyRemovalPolicy(cdk.RemovalPolicy.SNAPSHOT);
  group.connections.allowFrom(
    target,
    ec2.Port.tcp(6379),
    `Redis from ${stack.stackName}/Function/Function`,
  );
  const primary = `${cache.attrPrimaryEndPointAddress}:${cache.attrPrimaryEndPointPort}`;
  const reader = `${cache.attrReaderEndPointAddress}:${cache.attrReaderEndPointPort}`;
  target.addEnvironment("REDIS_TLS", "true");
  target.addEnvironment("REDIS_PRIMARY_ENDPOINT", primary);
  target.addEnvironment("REDIS_READER_ENDPOINT", reader);
  target.addEnvironment("REDIS_SECRET_ARN", secret.secretArn);
  new cdk.CfnOutput(stack, "RedisEndpoint", { value: primary });
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ["secretsmanager:GetSecretValue"],
      resources: [secret.secretArn],
    }),
  );
}

function memcached(stack: cdk.Stack, vpc: ec2.Vpc, target: lambda.Function): void {
  const name = `${stack.stackName}/Memcached`;
  const group = new ec2.SecurityGroup(stack, "MemcachedSecurityGroup", {
    vpc,
    description: `Memcached of ${name}`,
    allowAllOutbound: false,
  });
  const subnets = new elasticache.CfnSubnetGroup(stack, "MemcachedSubnets", {
    description: `Memcached of ${name}`,
    subnetIds: vpc.isolatedSubnets.map((subnet) => subnet.subnetId),
  });
  const cache = new elasticache.CfnCacheCluster(stack, "Memcached", {
    azMode: "cross-az",
    cacheNodeType: "cache.t4g.micro",
    cacheSubnetGroupName: subnets.ref,
    engine: "memcached",
    engineVersion: "1.6.22",
    numCacheNodes: 2,
    port: 11211,
    preferredAvailabilityZones: vpc.availabilityZones,
    transitEncryptionEnabled: true,
    vpcSecurityGroupIds: [group.securityGroupId],
  });
  cache.applyRemovalPolicy(cdk.RemovalPolicy.DESTROY);
  group.connections.allowFrom(
    target,
    ec2.Port.tcp(11211),
    `Memcached from ${stack.stackName}/Function/Function`,
  );
  const endpoint = `${cache.attrConfigurationEndpointAddress}:${cache.attrConfigurationEndpointPort}`;
  target.addEnvironment("MEMCACHED_CONFIGURATION_ENDPOINT", endpoint);
  target.addEnvironment("MEMCACHED_TLS", "true");
  new cdk.CfnOutput(stack, "MemcachedEndpoint", { value: endpoint });
}

function useBucket(target: lambda.Function, role: iam.Role, bucket: s3.Bucket): void {
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ["s3:ListBucket"],
      resources: [bucket.bucketArn],
      conditions: { StringLikeIfExists: { "s3:prefix": "data/*" } },
    }),
  );
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: [
        "s3:GetObject",
        "s3:GetObjectTagging",
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:PutObject",
        "s3:PutObjectTagging",
      ],
      resources: [bucket.arnForObjects("data/*")],
    }),
  );
  target.addEnvironment("BUCKET_NAME", bucket.bucketName);
  target.addEnvironment("BUCKET_KEY_PREFIX", "data/");
}

function distribution(
  stack: cdk.Stack,
  bucket: s3.Bucket,
  rest: apigateway.RestApi,
  loggedTo: s3.Bucket,
): cloudfront.Distribution {
  const control = new cloudfront.S3OriginAccessControl(stack, "OriginAccessControl", {
    originAccessControlName: cdk.Fn.join("", [
      `${stack.stackName}-`,
      cdk.Fn.select(2, cdk.Fn.split("/", stack.stackId)),
    ]),
  });
  const created = new cloudfront.Distribution(stack, "Cdn", {
    comment: `${stack.stackName}/Cdn`,
    additionalBehaviors: {
      "/api/*": {
        origin: new origins.RestApiOrigin(rest),
        allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
        cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
        originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        responseHeadersPolicy: cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      },
    },
    defaultBehavior: {
      origin: origins.S3BucketOrigin.withBucketDefaults(bucket, {
        originPath: "/site",
        originAccessControlId: control.originAccessControlId,
      }),
      cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED,
      responseHeadersPolicy: cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    },
    defaultRootObject: "index.html",
    enableLogging: true,
    httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
    logBucket: loggedTo,
    logFilePrefix: "cloudfront/Cdn00000000/",
    priceClass: cloudfront.PriceClass.PRICE_CLASS_ALL,
  });
  const arn =
    `arn:${cdk.Aws.PARTITION}:cloudfront::${cdk.Aws.ACCOUNT_ID}:` +
    `distribution/${created.distributionId}`;
  for (const [action, resource] of [
    ["s3:GetObject", bucket.arnForObjects("site/*")],
    ["s3:ListBucket", bucket.bucketArn],
  ]) {
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        actions: [action],
        principals: [new iam.ServicePrincipal("cloudfront.amazonaws.com")],
        resources: [resource],
        conditions: { StringEquals: { "AWS:SourceArn": arn } },
      }),
    );
  }
  new cdk.CfnOutput(stack, "CdnUrl", { value: `https://${created.distributionDomainName}/` });
  new cdk.CfnOutput(stack, "DistributionId", { value: created.distributionId });
  new cdk.CfnOutput(stack, "DistributionDomainName", { value: created.distributionDomainName });
  return created;
}

function content(stack: cdk.Stack, bucket: s3.Bucket, cdn: cloudfront.Distribution): void {
  const site = new assets.Asset(stack, "Site", { path: path.join(PACKAGES, "site") });
  const index = new assets.Asset(stack, "SiteIndex", { path: path.join(PACKAGES, "index.json") });
  const [uploader, role] = deployTimeFunction(
    stack,
    "content",
    "serverless_stack.functions.content.handler.handler",
    "Uploads static content while its stack is deployed",
    1024,
    cdk.Duration.minutes(15),
  );
  const manifest = `.serverless-stack/site/${OWNER}.json.gz`;
  const permissions = new iam.Policy(stack, "ContentPermissions", {
    roles: [role],
    statements: [
      new iam.PolicyStatement({
        actions: ["s3:GetObject"],
        resources: [site, index].map(
          (asset) => `arn:${cdk.Aws.PARTITION}:s3:::${asset.s3BucketName}/${asset.s3ObjectKey}`,
        ),
      }),
      new iam.PolicyStatement({
        actions: [
          "s3:AbortMultipartUpload",
          "s3:GetObject",
          "s3:GetObjectTagging",
          "s3:PutObject",
          "s3:PutObjectTagging",
        ],
        resources: [bucket.arnForObjects("site/*")],
      }),
      new iam.PolicyStatement({
        actions: ["s3:GetObject", "s3:PutObject"],
        resources: [bucket.arnForObjects(manifest)],
      }),
      new iam.PolicyStatement({
        actions: ["s3:GetObject"],
        resources: [bucket.arnForObjects(".serverless-stack/*.json.gz")],
      }),
      new iam.PolicyStatement({ actions: ["s3:ListBucket"], resources: [bucket.bucketArn] }),
      new iam.PolicyStatement({
        actions: ["lambda:InvokeFunction"],
        resources: [uploader.functionArn],
      }),
      new iam.PolicyStatement({
        actions: ["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"],
        resources: [
          `arn:${cdk.Aws.PARTITION}:cloudfront::${cdk.Aws.ACCOUNT_ID}:` +
            `distribution/${cdn.distributionId}`,
        ],
      }),
    ],
  });
  const resource = new cdk.CustomResource(stack, "Content", {
    resourceType: "Custom::ContentDeployment",
    serviceToken: uploader.functionArn,
    serviceTimeout: cdk.Duration.hours(1),
    properties: {
      Sources: [
        {
          Bucket: site.s3BucketName,
          Key: site.s3ObjectKey,
          IndexBucket: index.s3BucketName,
          IndexKey: index.s3ObjectKey,
        },
      ],
      Destination: { Bucket: bucket.bucketName, Prefix: "site/" },
      ManifestKey: manifest,
      Owner: OWNER,
      CacheControl: [
        { Pattern: "*", CacheControl: "public, max-age=0, s-maxage=31536000, must-revalidate" },
      ],
      Documents: ["*.html", "*.htm"],
      Distributions: [
        {
          Id: cdn.distributionId,
          PathPrefix: "",
          ExcludePaths: ["/api/*"],
          QueryStrings: "false",
          IndexDocument: "index.html",
        },
      ],
      MaxPaths: "30",
      WaitSeconds: "0",
      GracePeriodDays: "7",
      RemovalPolicy: "retain",
    },
  });
  resource.node.addDependency(permissions);
}

function shop(app: cdk.App, name: string): void {
  const stack = new cdk.Stack(app, name);
  const vpc = network(stack);
  const [target, role] = handler(stack, "Function", deadLetters(stack), vpc);
  new cdk.CfnOutput(stack, "FunctionName", { value: target.functionName });
  const rest = api(stack, "Api", target, apiLogRole(stack));
  new cdk.CfnOutput(stack, "ApiUrl", { value: rest.url });
  new cdk.CfnOutput(stack, "ApiId", { value: rest.restApiId });
  const loggedTo = accessLogs(stack);
  const bucket = storage(stack, loggedTo, true);
  useBucket(target, role, bucket);
  new cdk.CfnOutput(stack, "BucketName", { value: bucket.bucketName });
  redis(stack, vpc, target, role);
  memcached(stack, vpc, target);
  content(stack, bucket, distribution(stack, bucket, rest, loggedTo));
}

function handlers(app: cdk.App, count: number): void {
  const stack = new cdk.Stack(app, "Handlers");
  const queue = deadLetters(stack);
  const logRole = apiLogRole(stack);
  for (let number = 0; number < count; number++) {
    const [target] = handler(stack, `Function${number}`, queue);
    api(stack, `Api${number}`, target, logRole);
  }
}

function functions(app: cdk.App, count: number): void {
  for (let first = 0; first < count; first += 100) {
    const stack = new cdk.Stack(app, `Functions${first}`);
    const queue = deadLetters(stack);
    for (let number = first; number < Math.min(first + 100, count); number++) {
      handler(stack, `Function${number}`, queue);
    }
  }
}

function routes(app: cdk.App, count: number): void {
  const stack = new cdk.Stack(app, "Routes");
  const [target] = handler(stack, "Function", deadLetters(stack));
  api(stack, "Api", target, apiLogRole(stack), count);
}

const [kind, size] = [process.argv[2], Number(process.argv[3])];
const app = new cdk.App();
if (kind === "stacks") {
  for (let number = 0; number < size; number++) {
    shop(app, `Shop${number}`);
  }
} else if (kind === "parts") {
  shop(app, "Shop");
} else if (kind === "handlers") {
  handlers(app, size);
} else if (kind === "functions") {
  functions(app, size);
} else {
  routes(app, size);
}
app.synth();
