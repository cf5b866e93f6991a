"""AWS WAF in front of a distribution: a web ACL in us-east-1, whatever the region of the stack."""

from constructs import Construct

from serverless_stack.constructs._internal.waf import Waf, create_web_acl
from serverless_stack.constructs.cdn.us_east_1 import us_east_1
from serverless_stack.constructs.profiles.profile import Profile


def web_acl_arn(scope: Construct, waf: Waf | None) -> str | None:
    """Return the ARN of the web ACL of a distribution; create the web ACL if there is none.

    Args:
        scope: The construct of the distribution.
        waf: Which web ACL. Default: set by the profile.
    """
    profile = Profile.of(scope)
    if waf is None:
        waf = Waf() if profile.settings.web_acl else Waf.none()
    if waf.kind != "managed":
        return waf.arn
    place = us_east_1(scope)
    web_acl = create_web_acl(place.scope, waf, "CLOUDFRONT", profile)
    return place.value("WebAclArn", web_acl.attr_arn)
