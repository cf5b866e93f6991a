"""Who gets to a RedisCache: functions, users, and the rotation of their secrets."""

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack import _contract
from serverless_stack.checks.problems import Problems
from serverless_stack.constructs._connect import (
    Connectable,
    add_environment,
    function_of,
    require_vpc,
)
from serverless_stack.constructs._network import add_endpoint, let_in
from serverless_stack.constructs._redis_arguments import rotation_problems, user_problems
from serverless_stack.constructs._redis_base import RedisBase
from serverless_stack.constructs._redis_endpoints import environment
from serverless_stack.constructs._redis_group import keep_what_it_needs
from serverless_stack.constructs._redis_rotation import password_of, rotation_function, token_of
from serverless_stack.constructs._redis_users import (
    RedisAuth,
    RedisUser,
    grant_login,
    make_user,
)


class RedisAccess(RedisBase):
    """How functions and users get to a Redis."""

    def connect(
        self,
        function: Connectable,
        *,
        prefix: str = _contract.REDIS_PREFIX,
        user: RedisUser | None = None,
    ) -> None:
        """Give a function the network path, the permission and the environment for the cache.

        ``RedisStore.from_env()`` of the runtime reads that environment.

        Args:
            function: The function, or a construct that has one; it must be in the cache's VPC.
            prefix: Begins the names of the variables; another one for a second cache.
            user: Whom it logs in as, of ``add_user``. None takes the cache's own user or token.

        Raises:
            ValueError: If the function is in no VPC or has a variable of such a name already.
        """
        target = function_of(function)
        require_vpc(target, self.node.path)
        who = user or self.user
        secret = who.secret if who else self._secret
        add_environment(
            target, environment(prefix, self._group, self.replication_group, who, secret)
        )
        let_in(self.security_groups, self._port, target, f"Redis from {target.node.path}")
        grant_login(target, self.replication_group, who, secret)

    def add_user(
        self,
        construct_id: str,
        *,
        access_string: str,
        auth: RedisAuth = "password",
        secret: secretsmanager.ISecret | None = None,
    ) -> RedisUser:
        """Let one more user log in, for ``connect(function, user=...)``.

        Args:
            construct_id: The id of the user in the cache.
            access_string: What it may do, such as ``on ~app:* +@read``.
            auth: ``password`` or ``iam``.
            secret: A secret with its password. None generates one.

        Returns:
            The user.

        Raises:
            ValueError: If the cache has no users, or ElastiCache refuses the access string.
        """
        problems = Problems(self.node.path, construct_id)
        problems.add(user_problems(self._group, auth, access_string, has_secret=secret is not None))
        problems.raise_if_any()
        home = Construct(self, construct_id)
        made = make_user(home, self._group.engine, auth, access_string, secret)
        if self.user_group is not None:
            self.user_group.user_ids = [*self.user_group.user_ids, made.user.ref]
        if self._own_vpc and made.secret is not None:
            service = ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER
            add_endpoint(self.vpc, "SecretsManager", service)
        keep_what_it_needs(home, self._removal_policy)
        return made

    def add_rotation(
        self,
        *,
        automatically_after: Duration = Duration.days(30),
        user: RedisUser | None = None,
    ) -> lambda_.Function:
        """Rotate the AUTH token, or the password of a user.

        The one before keeps working until the next rotation, so that no client is locked out. It
        costs the calls of a small function and, in a VPC that the cache made, an interface
        endpoint for ElastiCache in two availability zones ("AWS PrivateLink pricing"); in a VPC
        of yours the function needs a way to ElastiCache and Secrets Manager.

        Args:
            automatically_after: How often, 1-1000 days. The first time is after that time.
            user: Whose password, of ``add_user``. None takes the cache's own user or token.

        Returns:
            The function that Secrets Manager calls.

        Raises:
            ValueError: If there is nothing to rotate, or it is rotated already.
        """
        who = user or self.user
        secret = who.secret if who else self._secret
        home = who.scope if who else self
        problems = Problems(home.node.path)
        problems.require(
            home.node.try_find_child("Rotation") is None,
            "`add_rotation` must be called once for a secret, got: again",
        )
        problems.add(rotation_problems(self._group, secret is not None, automatically_after))
        problems.raise_if_any()
        if self._own_vpc:
            service = ec2.InterfaceVpcEndpointAwsService.ELASTICACHE
            add_endpoint(self.vpc, "ElastiCache", service)
        cluster = self._group.cluster_mode
        function = rotation_function(
            Construct(home, "Rotation"),
            secret or self.secret,
            token_of(self.replication_group) if who is None else password_of(who),
            endpoint=self.configuration_endpoint if cluster else self.primary_endpoint,
            network=self._network,
            automatically_after=automatically_after,
            log_retention=self._log_retention,
            removal_policy=self._log_policy,
        )
        let_in(self.security_groups, self._port, function, "Rotation of the secret")
        if home is self:
            self.rotation_function = function
        return function
