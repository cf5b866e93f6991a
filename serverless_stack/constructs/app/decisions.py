"""What no profile can decide for the owner of an application."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_s3 as s3
from constructs import Construct

from serverless_stack.constructs.api.caching import ApiCache


@dataclass(frozen=True)
class Decisions:
    """What only the owner of an application can decide; each removes its acknowledged findings.

    Attributes:
        certificate: A certificate of AWS Certificate Manager in us-east-1 for ``domain_names``,
            by which the distribution sets the least TLS version.
        domain_names: The distribution's own domain names.
        countries: Where the distribution answers, as two letters each, such as ``DE``. Empty
            answers everywhere.
        web_acl_id: ARN of a WAF web ACL with the scope CLOUDFRONT, which is made in us-east-1.
        user_pools: Whose users the API lets in. Empty leaves it to the function.
        cache: What the API keeps of the answers. None keeps nothing.
        replica: A versioned bucket that gets a copy of every new object. None makes none.
    """

    certificate: acm.ICertificate | None = None
    domain_names: Sequence[str] = ()
    countries: Sequence[str] = ()
    web_acl_id: str | None = None
    user_pools: Sequence[cognito.IUserPool] = ()
    cache: ApiCache | None = None
    replica: s3.IBucket | None = None


UNDECIDED = Decisions()


def authorizer_of(scope: Construct, decisions: Decisions) -> apigateway.IAuthorizer | None:
    """Make what lets the users of the user pools in.

    Args:
        scope: The stack.
        decisions: The decisions.
    """
    if not decisions.user_pools:
        return None
    return apigateway.CognitoUserPoolsAuthorizer(
        scope, "Authorizer", cognito_user_pools=list(decisions.user_pools)
    )
