"""The connections of a bucket to functions and other principals, as methods."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from serverless_stack._shared import contract
from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.constructs._internal.acknowledge import (
    acknowledge_resources,
    acknowledge_resources_later,
)
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.buckets import arn_of_objects, name_of_bucket
from serverless_stack.constructs._internal.connect import (
    Access,
    Connectable,
    add_environment,
    function_of,
)
from serverless_stack.constructs._internal.roles import grantee_of, permissions_holder
from serverless_stack.constructs._internal.tree import stack_of
from serverless_stack.constructs.storage.access import (
    ObjectAccess,
    access_problems,
    combined,
    deny_objects,
    grant_objects,
)


class BucketConnections:
    """The methods ``connect``, ``reserve`` and ``grant_*`` of ``StorageBucket``."""

    bucket: s3.Bucket
    _path: str
    _reserved: list[str]
    _connected: list[tuple[iam.IGrantable, ObjectAccess]]

    @check_types
    def connect(
        self,
        function: Connectable,
        access: Access = "read-write",
        *,
        prefix: str = contract.DATA_PREFIX,
        versions: bool = False,
        env_prefix: str = contract.BUCKET_PREFIX,
    ) -> None:
        """Connect a function: grant it the permissions and set its environment variables.

        The function may use the objects under ``prefix`` and no others, so that it cannot change
        the pages that a distribution serves from the same bucket. ``ObjectStore.from_env`` of the
        runtime puts the prefix before every key; with your own client of S3, do so with the
        variable ``BUCKET_KEY_PREFIX``.

        Args:
            function: The function, or a construct with one such as ``LambdaHandler``.
            access: ``read`` lists and reads objects, ``write`` writes and deletes them.
            prefix: The folder of the bucket that the function may use; empty for the whole bucket
                without ``.serverless-stack/`` and, in an application, ``site/``.
            versions: Whether to allow the same for earlier versions: ``read`` lists and reads them,
                ``write`` deletes them for good. Without it, whatever the function overwrites or
                deletes can be restored.
            env_prefix: The prefix of the variables, which are ``BUCKET_NAME`` and
                ``BUCKET_KEY_PREFIX`` by default.

        Raises:
            ValueError: If the function already has these variables, their names are refused by
                Lambda, the function's environment cannot be set, or the prefix does not name a
                folder that functions may use.
        """
        chosen = ObjectAccess(prefix, access, versions)
        self._require(chosen, self._reserved)
        target = function_of(function)
        variables = {
            contract.bucket_name(env_prefix): name_of_bucket(self.bucket),
            contract.bucket_key_prefix(env_prefix): prefix,
        }
        add_environment(target, variables)
        grantee = grantee_of(target)
        grant_objects(self.bucket, grantee, chosen)
        folders = [contract.RESERVED_PREFIX, *self._reserved]
        inside = [
            folder for folder in folders if is_unresolved(prefix) or folder.startswith(prefix)
        ]
        if inside:
            deny_objects(self.bucket, grantee, chosen, inside)
        self._connected.append((grantee, chosen))
        is_here = stack_of(self.bucket) is stack_of(target)
        acknowledge = acknowledge_resources if is_here else acknowledge_resources_later
        acknowledge(
            permissions_holder(target),
            [arn_of_objects(self.bucket, f"{prefix}*")],
            "a function that is connected to a bucket may use every object under its prefix",
        )

    @check_types
    def reserve(self, prefix: str) -> None:
        """Reserve a folder of the bucket, such as ``site/``: no connected function may use it.

        ``WebApp`` reserves ``site/``. Functions that are connected to the whole bucket, or to a
        folder around this one, are denied it.

        Args:
            prefix: The prefix of the keys, with a slash at its end.

        Raises:
            ValueError: If the prefix does not name a folder, or a function is connected to it.
        """
        if prefix in self._reserved:
            return
        problems = Problems(self._path)
        problems.require(prefix, "`prefix` must be a folder such as site/, got: ''")
        problems.add(access_problems(ObjectAccess(prefix)))
        problems.add(
            f"`prefix` must be reserved before functions are connected to it, got: {prefix!r} and "
            f"a function with {access.prefix!r}"
            for _, access in self._connected
            if access.prefix and access.prefix.startswith(prefix)
        )
        problems.raise_if_any()
        self._reserved.append(prefix)
        for grantee, access in self._connected:
            if is_unresolved(access.prefix) or prefix.startswith(access.prefix):
                deny_objects(self.bucket, grantee, access, [prefix])

    @check_types
    def grant_read(
        self, grantee: iam.IGrantable, *, prefix: str = "", versions: bool = False
    ) -> iam.Grant:
        """Allow a role, user or function to list and read objects.

        Args:
            grantee: The principal.
            prefix: The prefix of their keys, such as ``data/``. Default: the whole bucket.
            versions: Whether to allow listing and reading earlier versions.

        Returns:
            The grant.

        Raises:
            ValueError: If the prefix does not name a folder.
        """
        return self._grant(grantee, ObjectAccess(prefix, "read", versions))

    @check_types
    def grant_write(
        self, grantee: iam.IGrantable, *, prefix: str = "", versions: bool = False
    ) -> iam.Grant:
        """Allow a role, user or function to write and delete objects, and not to read them.

        Args:
            grantee: The principal.
            prefix: The prefix of their keys, such as ``data/``. Default: the whole bucket.
            versions: Whether to allow deleting versions for good.

        Returns:
            The grant.

        Raises:
            ValueError: If the prefix does not name a folder.
        """
        return self._grant(grantee, ObjectAccess(prefix, "write", versions))

    @check_types
    def grant_read_write(
        self, grantee: iam.IGrantable, *, prefix: str = "", versions: bool = False
    ) -> iam.Grant:
        """Allow a role, user or function to list, read, write and delete objects.

        Args:
            grantee: The principal.
            prefix: The prefix of their keys, such as ``data/``. Default: the whole bucket.
            versions: Whether to allow reading earlier versions and deleting versions for good.

        Returns:
            The grant.

        Raises:
            ValueError: If the prefix does not name a folder.
        """
        return self._grant(grantee, ObjectAccess(prefix, "read-write", versions))

    def _grant(self, grantee: iam.IGrantable, access: ObjectAccess) -> iam.Grant:
        self._require(access)
        return combined(grant_objects(self.bucket, grantee, access))

    def _require(self, access: ObjectAccess, reserved: list[str] | None = None) -> None:
        problems = Problems(self._path)
        problems.add(access_problems(access, reserved or ()))
        problems.raise_if_any()
