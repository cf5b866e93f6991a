"""Where MiniStack is made to behave as AWS does for a CDK web stack.

One module per service, one small function per change; each says why it is needed.
"""

from ..engines.park import EnginePark
from ..leash import Leash
from ..settings import Settings
from . import (
    apigateway,
    cloudfront,
    declared,
    ec2,
    elasticache,
    flow_logs,
    functions,
    missing_objects,
    s3,
    serverless_cache,
    stages,
)


def apply_patches(settings: Settings, leash: Leash, park: EnginePark) -> None:
    """Applies every patch. To be called once, before the first request."""
    s3.apply()
    missing_objects.apply()
    ec2.apply()
    flow_logs.apply()
    declared.apply()
    elasticache.apply(park)
    serverless_cache.apply(park)
    functions.apply(settings, leash)
    apigateway.apply()
    stages.apply()
    cloudfront.apply()
