from tests.checks.cases import Case, Json, join, policy, ref, resource, statement
from tests.checks.services.lambda_function.cases_calls import alias, weights

BY_URL = "lambda:InvokeFunctionUrl"
INVOKE = "lambda:InvokeFunction"
PROVISIONED: Json = {"ProvisionedConcurrentExecutions": 2}


def deployed(config: object, **more: object) -> Json:
    """Return an alias that CodeDeploy shifts."""
    group = resource(
        "AWS::CodeDeploy::DeploymentGroup",
        ApplicationName="shop",
        ServiceRoleArn="arn:aws:iam::111122223333:role/deploy",
        DeploymentConfigName=config,
    )
    update = {"ApplicationName": "shop", "DeploymentGroupName": ref("Group")}
    found = alias(ProvisionedConcurrencyConfig=PROVISIONED)["Alias"]
    assert isinstance(found, dict)
    policies = {"UpdatePolicy": {"CodeDeployLambdaAliasUpdate": update}}
    return {"Alias": {**found, **policies}, "Group": group, **more}


def own(kind: str) -> Json:
    config = resource(
        "AWS::CodeDeploy::DeploymentConfig",
        ComputePlatform="Lambda",
        TrafficRoutingConfig={"Type": kind},
    )
    return deployed(ref("Config"), Config=config)


def permissions(*actions: str, principal: object = "*", function: object = "shared") -> Json:
    return {
        f"Permission{number}": resource(
            "AWS::Lambda::Permission",
            FunctionName=function if number == 0 else "shared",
            Action=action,
            Principal=principal,
            **({"FunctionUrlAuthType": "NONE"} if action == BY_URL and principal == "*" else {}),
        )
        for number, action in enumerate(actions)
    }


def caller(*actions: str) -> Json:
    trusted = statement(Principal={"Service": "lambda.amazonaws.com"}, Action="sts:AssumeRole")
    allowed = statement(
        Action=list(actions), Resource="arn:aws:lambda:us-east-1:111122223333:function:f"
    )
    return {
        "Role": resource("AWS::IAM::Role", AssumeRolePolicyDocument=policy(trusted)),
        "Policy": resource(
            "AWS::IAM::Policy",
            PolicyName="call",
            PolicyDocument=policy(allowed),
            Roles=[ref("Role")],
        ),
    }


def by_cloudfront(*actions: str) -> Json:
    return permissions(*actions, principal="cloudfront.amazonaws.com")


def of_alias(*actions: str) -> Json:
    """Return permissions for an alias of a function by different references."""
    first = permissions(*actions[:1], function=ref("Alias"))
    second = permissions(*actions[1:], function=join("shared"))
    return {**alias(), **first, **{f"{id}Too": found for id, found in second.items()}}


CASES = [
    Case(
        "CROSS-SERVICE-055",
        "role that calls a function URL",
        caller(BY_URL),
        caller(BY_URL, INVOKE),
        "must allow lambda:InvokeFunction with lambda:InvokeFunctionUrl",
    ),
    Case(
        "LAMBDA-037",
        "provisioned concurrency of an alias with weights",
        alias(RoutingConfig=weights(v2=0.1), ProvisionedConcurrencyConfig=PROVISIONED),
        alias(RoutingConfig=weights(v2=0), ProvisionedConcurrencyConfig=PROVISIONED),
        "ProvisionedConcurrentExecutions` must be absent with a `RoutingConfig`, got: 2",
    ),
    Case(
        "LAMBDA-038",
        "provisioned concurrency of a canary release",
        deployed("CodeDeployDefault.LambdaCanary10Percent5Minutes"),
        deployed("CodeDeployDefault.LambdaAllAtOnce"),
        "must be absent with the deployments of CodeDeployDefault.LambdaCanary10Percent5Minutes",
    ),
    Case(
        "LAMBDA-038",
        "provisioned concurrency of a linear release of one's own",
        own("TimeBasedLinear"),
        own("AllAtOnce"),
        "must be absent with the deployments of Config, got: 2",
    ),
    Case(
        "LAMBDA-064",
        "public function URL without the second permission",
        permissions(BY_URL),
        permissions(BY_URL, INVOKE),
        "must be used with a permission for lambda:InvokeFunction to * on shared",
    ),
    Case(
        "LAMBDA-064",
        "function URL of CloudFront without the second permission",
        by_cloudfront(BY_URL),
        by_cloudfront(BY_URL, INVOKE),
        "must be used with a permission for lambda:InvokeFunction to cloudfront.amazonaws.com",
    ),
    Case(
        "LAMBDA-064",
        "function URL of an alias without the second permission",
        of_alias(BY_URL),
        of_alias(BY_URL, INVOKE),
        "to * on shared",
    ),
]
