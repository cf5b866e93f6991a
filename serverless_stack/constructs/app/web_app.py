"""WebApp: function, API, bucket, distribution and caches, wired together in any stack."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.tree import path_of, region_of, stack_of, stage_of
from serverless_stack.constructs.app.application import Application, create_application
from serverless_stack.constructs.app.choices import Choices
from serverless_stack.constructs.app.options import (
    ApiPart,
    BucketPart,
    CdnPart,
    ContentPart,
    FunctionPart,
    MemcachedPart,
    RedisPart,
    Stores,
)
from serverless_stack.constructs.profiles.profile import Profile


class WebApp(Application, Construct):
    """A serverless web application in a stack of your own.

    It creates a ``LambdaHandler``, a ``ProxyApi`` in front of it, a ``StorageBucket``, and a
    ``Cdn`` that serves the bucket's ``site/`` folder at ``/`` and the API at ``/api/*``. Objects
    outside ``site/`` are out of the distribution's reach. A ``RedisCache`` and a
    ``MemcachedCache`` are created on request. The function is connected to the caches and to the
    ``data/`` folder of the bucket.

    Each part is options, a construct, or left out: ``True`` takes the defaults, a mapping has the
    arguments of that part's construct, a construct of this or another stack is used as it is, and
    ``None`` or ``False`` leaves the part out.

    Without caches nothing is billed by the hour. With them, at AWS's list prices in us-east-1 and
    the settings of ``Profile.production()``: two Redis nodes and two Memcached nodes at $0.016 an
    hour each (about $47 a month for the four) and, for the AUTH token of Redis, an interface
    endpoint for Secrets Manager in two availability zones ($0.01 an hour each, about $15 a month)
    and the secret ($0.40 a month); see "Amazon ElastiCache pricing", "AWS PrivateLink pricing"
    and "AWS Secrets Manager pricing". ``serverless-stack profiles`` has the other profiles. The
    VPC of the caches has no NAT gateway: the function reaches the caches, S3 and, with Redis,
    Secrets Manager, and nothing else. Pass a ``vpc`` with a way out if it calls other services.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent; renaming it replaces everything.
        function: The folder of the main function's code, the arguments of a ``LambdaHandler`` as
            a mapping, or a ``LambdaHandler``, which gets no VPC here. Default: no function and no
            API.
        site: The folder or zip file of the static pages, uploaded to ``site/`` in the bucket, or
            the arguments of a ``ContentDeployment`` as a mapping. Default: no pages.
        api: The API. Default: a ``ProxyApi``, if there is a function.
        bucket: The bucket. Default: a ``StorageBucket``. ``{"prefix": "uploads/"}`` names
            another folder for the functions than ``data/``; empty stands for the whole bucket.
        cdn: The distribution. Default: a ``Cdn``.
        redis: The Redis or Valkey cache: a ``RedisCache`` or a ``ServerlessCache``. Default: none.
        memcached: The Memcached cache: a ``MemcachedCache`` or a ``ServerlessCache``. Default:
            none.
        vpc: The VPC of the functions and caches. Default: the VPC of a cache that is given, else,
            with caches, a new one with two availability zones and no NAT gateway.
        connect: Other stores that functions are connected to: a list of constructs with a
            method ``connect(function)``, or a mapping such as ``{"ARCHIVE": bucket}``, which sets
            the prefixes of their environment variables. Default: none.
        profile: The defaults of all parts. Default: the profile that was applied to the stack or
            app, else ``Profile.production()``.
        removal_policy: What happens to data when the stack is deleted: ``RETAIN`` keeps the
            bucket and the logs and takes a final backup of the Redis cache, ``DESTROY`` deletes
            everything, objects in the bucket included, except the KMS key of the regulated
            profile. Default: set by the profile (production:
            ``RETAIN``).

    Raises:
        ValueError: If an argument is refused by AWS or does not go with another one.
    """

    @check_types
    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: FunctionPart = None,
        site: ContentPart = None,
        api: ApiPart = True,
        bucket: BucketPart = True,
        cdn: CdnPart = True,
        redis: RedisPart = None,
        memcached: MemcachedPart = None,
        vpc: ec2.IVpc | None = None,
        connect: Stores = (),
        profile: Profile | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        choices = Choices(
            function=function,
            site=site,
            api=api,
            bucket=bucket,
            cdn=cdn,
            redis=redis,
            memcached=memcached,
            vpc=vpc,
            connect=connect,
            removal_policy=removal_policy,
        )
        problems = Problems(path_of(scope), construct_id)
        problems.add(choices.problems(stack_of(scope), stage_of(scope), region_of(scope)))
        problems.raise_if_any()

        super().__init__(scope, construct_id)
        self._parts = create_application(self, choices, profile or Profile.of(scope))
