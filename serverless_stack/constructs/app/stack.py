"""ServerlessStack: function, API, bucket, distribution and both caches as one stack."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from aws_cdk import CfnOutput, Duration, Environment, Fn, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import lambda_function as lambda_rules
from serverless_stack.constructs.api.proxy_api import ProxyApi
from serverless_stack.constructs.app.alarms import add_alarms
from serverless_stack.constructs.app.decisions import UNDECIDED, Decisions, authorizer_of
from serverless_stack.constructs.app.parts import parts_problems
from serverless_stack.constructs.cache.memcached.cache import MemcachedCache
from serverless_stack.constructs.cache.redis.cache import RedisCache
from serverless_stack.constructs.cdn.distribution import Cdn
from serverless_stack.constructs.content.deployment import ContentDeployment
from serverless_stack.constructs.content.source import source_problems
from serverless_stack.constructs.function.source import code_problems
from serverless_stack.constructs.function.handler import LambdaHandler
from serverless_stack.constructs.network.vpc import add_endpoint, isolated_vpc
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.storage.bucket import StorageBucket

_SITE = "/site"

_Part = TypeVar("_Part")


class ServerlessStack(Stack):
    """A complete serverless web application.

    It creates a ``LambdaHandler`` in a VPC, a ``ProxyApi`` in front of it, a ``StorageBucket``, a
    ``RedisCache`` and a ``MemcachedCache``, all three connected to the function, and a ``Cdn``
    that serves the bucket's ``site/`` folder at ``/`` and the API at ``/api/*``, filled by a
    ``ContentDeployment``. Objects outside
    ``site/`` are out of the distribution's reach. Each part can be left out with ``False``, or
    given, ready made; any raw CDK resource stays reachable through the parts.

    What costs money at rest, busy or not: two Redis and two Memcached nodes ($0.016 an hour each
    at AWS's list price in us-east-1, about $47 a month for the four) and, for the AUTH token of
    Redis, the VPC's interface endpoint for Secrets Manager in two availability zones ($0.01 an
    hour each, about $15 a month) and the secret ($0.40 a month); see "Amazon ElastiCache pricing",
    "AWS PrivateLink pricing" and "AWS Secrets Manager pricing". That is ``Profile.production()``;
    ``serverless-stack profile`` has the others. The VPC has no NAT gateway and
    costs nothing beside that endpoint: the function reaches the caches, S3 and Secrets Manager,
    and nothing else. Give a ``vpc`` with a way out if it has to call other services.

    Args:
        scope: The app.
        construct_id: The id of the stack, which is its name in CloudFormation, too.
        profile: The defaults of all parts. None takes that of the app, else
            ``Profile.production()``.
        handler: Folder of the function's source, or a ``LambdaHandler`` of another stack, which
            needs the stores that it is connected to from there, too. None leaves out the function
            and the API.
        site: Folder or zip file of static pages, uploaded to ``site/`` in the bucket. None
            uploads nothing.
        entry: The function's entry point in ``handler``.
        runtime: Lambda's runtime.
        memory_size: The function's memory in MiB, 128-10240.
        timeout: How long one call may take, 1-900 seconds.
        environment: Environment variables of the function.
        api: Whether there is an API, or a ``ProxyApi``.
        access_log: Whether the API logs requests. None takes the profile's. AWS refuses it in an
            account and region that never had a CloudWatch role for API Gateway; see ``ProxyApi``.
        bucket: Whether there is a bucket, or a ``StorageBucket``.
        cdn: Whether there is a distribution, or a ``Cdn``.
        redis: Whether there is a Redis cache, or a ``RedisCache``.
        memcached: Whether there is a Memcached cache, or a ``MemcachedCache``.
        vpc: The VPC. None takes that of a cache that is given, else makes one of two availability
            zones without NAT gateways if there is a cache to put into it.
        removal_policy: What happens to data when the stack is deleted. ``RETAIN`` keeps the
            bucket and the logs and takes a last backup of Redis; ``DESTROY`` deletes everything,
            the objects in the bucket included. None takes the profile's, which for production is
            ``RETAIN``.
        decisions: What only you can decide: a certificate, countries, a web ACL, an authorizer, a
            cache of the API, a replica of the bucket.
        env: Account and region. None leaves them to ``cdk deploy``.
        description: What the stack is for, shown in the console.
        termination_protection: Whether deleting the stack is refused. None takes the profile's.

    Raises:
        ValueError: If an argument is refused by AWS or does not go with another one.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        profile: Profile | None = None,
        handler: str | Path | LambdaHandler | None = None,
        site: str | Path | None = None,
        entry: str = "index.handler",
        runtime: lambda_.Runtime = lambda_.Runtime.PYTHON_3_14,
        memory_size: int = 256,
        timeout: Duration = Duration.seconds(15),
        environment: Mapping[str, str] | None = None,
        api: ProxyApi | bool = True,
        access_log: bool | None = None,
        bucket: StorageBucket | bool = True,
        cdn: Cdn | bool = True,
        redis: RedisCache | bool = True,
        memcached: MemcachedCache | bool = True,
        vpc: ec2.IVpc | None = None,
        removal_policy: RemovalPolicy | None = None,
        decisions: Decisions = UNDECIDED,
        env: Environment | None = None,
        description: str = "",
        termination_protection: bool | None = None,
    ) -> None:
        chosen = profile or Profile.of(scope)
        if removal_policy is not None and removal_policy != RemovalPolicy.SNAPSHOT:
            chosen = chosen.with_removal_policy(removal_policy)
        if termination_protection is None:
            termination_protection = chosen.settings.termination_protection
        removal_policy = removal_policy or chosen.removal_policy
        has_api = isinstance(api, ProxyApi) or (api and handler is not None)
        problems = Problems(construct_id)
        problems.add(
            parts_problems(
                given_handler=isinstance(handler, LambdaHandler),
                environment=environment,
                site=None if site is None else str(site),
                api=api,
                has_api=has_api,
                cdn=cdn,
                stores={"bucket": bucket, "redis": redis, "memcached": memcached},
                removal_policy=removal_policy,
            )
        )
        if isinstance(handler, str | Path):
            names = {"code_argument": "handler", "entry_argument": "entry"}
            problems.add(code_problems(Path(handler), entry, runtime, **names))
            problems.add(lambda_rules.handler_problems(entry, "entry"))
        if site is not None:
            problems.add(source_problems([Path(site)], "site"))
        problems.raise_if_any()

        super().__init__(
            scope,
            construct_id,
            env=env,
            description=description or None,
            termination_protection=termination_protection,
        )
        chosen.apply(self)
        if chosen.settings.linters:
            # CDK writes every text with a reference in it as Fn::Join, and lets every function
            # depend on its role, although the function names the role already.
            self.template_options.metadata = {
                "cfn-lint": {"config": {"ignore_checks": ["I1022", "W3005"]}}
            }
        destroy = removal_policy == RemovalPolicy.DESTROY
        self._vpc = vpc or next(
            (cache.vpc for cache in (redis, memcached) if not isinstance(cache, bool)), None
        )
        if self._vpc is None and (redis is True or memcached is True):
            own_vpc = isolated_vpc(self, "Vpc", secrets=redis is True)
            if redis is True and chosen.settings.rotation_days:
                service = ec2.InterfaceVpcEndpointAwsService.ELASTICACHE
                add_endpoint(own_vpc, "ElastiCache", service)
            self._vpc = own_vpc

        self._handler: LambdaHandler | None = None
        if isinstance(handler, LambdaHandler):
            self._handler = handler
        elif handler is not None:
            self._handler = LambdaHandler(
                self,
                "Handler",
                code=handler,
                handler=entry,
                runtime=runtime,
                memory_size=memory_size,
                timeout=timeout,
                environment=environment,
                vpc=self._vpc,
                removal_policy=removal_policy,
            )
        self._api = _given(api)
        if api is True and self._handler is not None:
            self._api = ProxyApi(
                self,
                "Api",
                handler=self._handler,
                authorizer=authorizer_of(self, decisions),
                cache=decisions.cache,
                access_log=access_log,
                removal_policy=removal_policy,
            )
        self._bucket = _given(bucket)
        if bucket is True:
            self._bucket = StorageBucket(
                self,
                "Bucket",
                replica=decisions.replica,
                removal_policy=removal_policy,
                auto_delete_objects=destroy,
            )
        self._redis = _given(redis)
        if redis is True:
            self._redis = RedisCache(
                self,
                "Redis",
                vpc=self._vpc,
                removal_policy=removal_policy if destroy else RemovalPolicy.SNAPSHOT,
            )
        self._memcached = _given(memcached)
        if memcached is True:
            self._memcached = MemcachedCache(self, "Memcached", vpc=self._vpc)
        if self._handler is not None:
            for part in (self._bucket, self._redis, self._memcached):
                if part is not None:
                    part.connect(self._handler)
        self._cdn = _given(cdn)
        if cdn is True:
            self._cdn = Cdn(
                self,
                "Cdn",
                bucket=self._bucket,
                origin_path=_SITE if self._bucket is not None else None,
                api=self._api,
                domain_names=decisions.domain_names,
                certificate=decisions.certificate,
                countries=decisions.countries,
                web_acl_id=decisions.web_acl_id,
            )
        self._content: ContentDeployment | None = None
        if site is not None and self._bucket is not None and self._cdn is not None:
            self._content = ContentDeployment(
                self,
                "Content",
                source=site,
                bucket=self._bucket,
                distributions=[self._cdn],
                removal_policy=RemovalPolicy.DESTROY if destroy else RemovalPolicy.RETAIN,
            )
        if chosen.settings.alarms:
            made_here = {"RedisAlarms": redis is True, "MemcachedAlarms": memcached is True}
            found = {"RedisAlarms": self._redis, "MemcachedAlarms": self._memcached}
            add_alarms(
                self,
                chosen,
                function=self._handler.function if self._handler else None,
                api=self._api.rest_api if self._api else None,
                caches={name: cache for name, cache in found.items() if cache and made_here[name]},
            )
        self._add_outputs()

    @property
    def availability_zones(self) -> list[str]:
        """Two zones of the region, by their order: their names need no account to be known.

        Those of a region that ``cdk.context.json`` has names of already keep them.
        """
        key = f"availability-zones:account={self.account}:region={self.region}"
        named = self.node.try_get_context(key)
        if isinstance(named, list):
            return named
        return [Fn.select(index, Fn.get_azs()) for index in (0, 1)]

    @property
    def handler(self) -> LambdaHandler:
        """The function."""
        return self._part("handler", self._handler)

    @property
    def api(self) -> ProxyApi:
        """The API in front of the function."""
        return self._part("api", self._api)

    @property
    def bucket(self) -> StorageBucket:
        """The bucket with the application's objects and, under ``site/``, its static pages."""
        return self._part("bucket", self._bucket)

    @property
    def cdn(self) -> Cdn:
        """The distribution in front of the static pages and the API."""
        return self._part("cdn", self._cdn)

    @property
    def content(self) -> ContentDeployment:
        """The deployment of the static pages."""
        return self._part("content", self._content)

    @property
    def redis(self) -> RedisCache:
        """The Redis cache."""
        return self._part("redis", self._redis)

    @property
    def memcached(self) -> MemcachedCache:
        """The Memcached cache."""
        return self._part("memcached", self._memcached)

    @property
    def vpc(self) -> ec2.IVpc:
        """The VPC of the function and the caches."""
        return self._part("vpc", self._vpc)

    def _part(self, name: str, part: _Part | None) -> _Part:
        if part is None:
            raise AttributeError(f"`{name}` was left out of {self.node.path}")
        return part

    def _add_outputs(self) -> None:
        if self._api is not None:
            CfnOutput(self, "ApiUrl", value=self._api.url)
        if self._cdn is not None:
            CfnOutput(self, "CdnUrl", value=self._cdn.url)
        if self._bucket is not None:
            CfnOutput(self, "BucketName", value=self._bucket.bucket_name)


def _given(part: _Part | bool) -> _Part | None:
    return None if isinstance(part, bool) else part
