"""Stacks that compute in a network: ECS on Fargate, EC2, CodeBuild."""

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_ecs_patterns as patterns
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3


def containers(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A service on Fargate behind a load balancer."""
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)
    log = logs.LogGroup(stack, "Log", retention=logs.RetentionDays.ONE_MONTH)
    service = patterns.ApplicationLoadBalancedFargateService(
        stack,
        "Web",
        cluster=ecs.Cluster(stack, "Cluster", vpc=vpc),
        cpu=256,
        memory_limit_mib=512,
        desired_count=2,
        task_image_options=patterns.ApplicationLoadBalancedTaskImageOptions(
            image=ecs.ContainerImage.from_registry("public.ecr.aws/nginx/nginx:1.27"),
            container_port=80,
            environment={"STAGE": "prod"},
            log_driver=ecs.LogDrivers.aws_logs(stream_prefix="web", log_group=log),
        ),
    )
    service.service.auto_scale_task_count(max_capacity=4).scale_on_cpu_utilization(
        "Cpu", target_utilization_percent=60
    )


def machine(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """An instance with a volume of its own."""
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1, nat_gateways=0)
    instance = ec2.Instance(
        stack,
        "Host",
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        instance_type=ec2.InstanceType("t4g.micro"),
        machine_image=ec2.MachineImage.generic_linux({"eu-west-1": "ami-0123456789abcdef0"}),
        require_imdsv2=True,
    )
    volume = ec2.Volume(
        stack,
        "Data",
        availability_zone=vpc.availability_zones[0],
        size=cdk.Size.gibibytes(20),
        encrypted=True,
    )
    volume.grant_attach_volume(instance.role, [instance])


def builds(stack: cdk.Stack, handler: lambda_.Code) -> None:
    """A build project, and the bucket for its output."""
    artifacts = s3.Bucket(
        stack,
        "Artifacts",
        removal_policy=cdk.RemovalPolicy.DESTROY,
        auto_delete_objects=True,
    )
    codebuild.Project(
        stack,
        "Build",
        build_spec=codebuild.BuildSpec.from_object(
            {"version": "0.2", "phases": {"build": {"commands": ["make check"]}}}
        ),
        environment=codebuild.BuildEnvironment(
            build_image=codebuild.LinuxBuildImage.STANDARD_7_0, privileged=False
        ),
        artifacts=codebuild.Artifacts.s3(bucket=artifacts, include_build_id=True, package_zip=True),
    )
