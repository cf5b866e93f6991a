"""ServerlessStack: a WebApp that is a stack."""

import re
from collections.abc import Mapping, Sequence

from aws_cdk import (
    App,
    Environment,
    IPropertyInjector,
    IStackSynthesizer,
    PermissionsBoundary,
    RemovalPolicy,
    Stack,
    Stage,
    Token,
)
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.pseudo import region
from serverless_stack.constructs._internal.tree import node_of, path_of, region_of, stage_of
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

_STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")  # "CreateStack"


def _stack_name_problems(name: str) -> list[str]:
    """Check the name of a stack."""
    if _STACK_NAME.fullmatch(name):
        return []
    shown = "a token" if is_unresolved(name) else repr(name)
    return [
        "`stack_name` must be known at synthesis: a letter, then letters, digits and hyphens, 128 "
        f"characters at most, got: {shown}"
    ]


def _stage_of(scope: Construct) -> Stage | None:
    """Return the app or stage that a stack will be created in."""
    return scope if isinstance(scope, Stage) else stage_of(scope)


def _region_of(scope: Construct, env: Environment | None) -> str:
    """Return the region of a stack that will be created; a token if ``cdk deploy`` chooses it."""
    stage = _stage_of(scope)
    own = None if env is None else env.region
    # An app has no region of its own.
    above = None if stage is None or isinstance(stage, App) else stage.region
    return own or above or region()


class ServerlessStack(Application, Stack):
    """A serverless web application as a stack.

    It has the parts and arguments of ``WebApp``, which says what each creates and costs, and the
    arguments of ``aws_cdk.Stack``.

    Args:
        scope: The app or stage.
        construct_id: The id of the stack, which is also the default of ``stack_name``.
        function: As in ``WebApp``. Default: no function and no API.
        site: As in ``WebApp``. Default: no pages.
        api: As in ``WebApp``. Default: a ``ProxyApi``, if there is a function.
        bucket: As in ``WebApp``. Default: a ``StorageBucket``.
        cdn: As in ``WebApp``. Default: a ``Cdn``.
        redis: As in ``WebApp``. Default: none.
        memcached: As in ``WebApp``. Default: none.
        vpc: As in ``WebApp``. Default: a new VPC, if there are caches.
        connect: As in ``WebApp``. Default: none.
        profile: As in ``WebApp``. Default: the app's, else ``Profile.production()``.
        removal_policy: As in ``WebApp``. Default: set by the profile (production: ``RETAIN``).
        analytics_reporting: Whether the template has CDK's version metadata. Default: set by the
            app.
        cross_region_references: Whether parts of stacks in other regions can be used. Default: no.
        description: The description of the stack. Default: none.
        env: The account and region. Default: chosen by ``cdk deploy``.
        notification_arns: ARNs of SNS topics for events of the stack. Default: none.
        permissions_boundary: The permissions boundary of all roles. Default: none.
        property_injectors: CDK's hooks that change the properties of constructs. Default: none.
        stack_name: The name of the stack in CloudFormation. Default: made from the id.
        suppress_template_indentation: Whether the template is written without indentation.
            Default: no.
        synthesizer: How CDK publishes assets and deploys. Default: set by the app.
        tags: Tags of the stack and its resources. Default: none.
        termination_protection: Whether CloudFormation refuses to delete the stack. Default: set
            by the profile (production: no).

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
        analytics_reporting: bool | None = None,
        cross_region_references: bool | None = None,
        description: str | None = None,
        env: Environment | None = None,
        notification_arns: Sequence[str] | None = None,
        permissions_boundary: PermissionsBoundary | None = None,
        property_injectors: Sequence[IPropertyInjector] | None = None,
        stack_name: str | None = None,
        suppress_template_indentation: bool | None = None,
        synthesizer: IStackSynthesizer | None = None,
        tags: Mapping[str, str] | None = None,
        termination_protection: bool | None = None,
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
        problems.add(choices.problems(None, _stage_of(scope), _region_of(scope, env)))
        if stack_name is not None:
            problems.add(_stack_name_problems(stack_name))
        problems.raise_if_any()
        profile = profile or Profile.of(scope)
        if termination_protection is None:
            termination_protection = profile.settings.termination_protection

        super().__init__(
            scope,
            construct_id,
            analytics_reporting=analytics_reporting,
            cross_region_references=cross_region_references,
            description=description,
            env=env,
            notification_arns=notification_arns,
            permissions_boundary=permissions_boundary,
            property_injectors=property_injectors,
            stack_name=stack_name,
            suppress_template_indentation=suppress_template_indentation,
            synthesizer=synthesizer,
            tags=tags,
            termination_protection=termination_protection,
        )
        self._parts = create_application(self, choices, profile)

    @property
    def availability_zones(self) -> list[str]:
        """Two availability zones of the region, by index, so that CDK looks up no account.

        The names that ``cdk.context.json`` already has for the region are kept.
        """
        region = region_of(self)
        if not is_unresolved(region):
            key = f"availability-zones:account={self.account}:region={region}"
            names = node_of(self).try_get_context(key)
            if isinstance(names, list):
                return names
        zones = {"Fn::GetAZs": ""}
        return [Token.as_string({"Fn::Select": [index, zones]}) for index in (0, 1)]
