"""The behaviors of distributions, and the origins behind them."""

from collections.abc import Iterator
from dataclasses import dataclass

from serverless_stack.checks.engine.template import Reference, Resource, references_in

DISTRIBUTION = "AWS::CloudFront::Distribution"


@dataclass(frozen=True)
class Route:
    """A behavior with its origin.

    Attributes:
        distribution: The distribution.
        path: The path of the behavior in its properties.
        origin: The path of the origin in its properties.
    """

    distribution: Resource
    path: str
    origin: str

    @property
    def domain(self) -> object:
        """The domain name of the origin."""
        return self.distribution.get(f"{self.origin}.DomainName")

    @property
    def rest_api(self) -> Resource | None:
        """The API in the template that is the origin, if there is one."""
        if ".execute-api." in str(self.domain):
            for reference in references_in(self.domain):
                api = self.distribution.template.resource(reference.logical_id)
                if api is not None and api.type.startswith("AWS::ApiGateway"):
                    return api
        return None

    @property
    def url(self) -> Resource | None:
        """The function URL that is the origin, if there is one."""
        for reference in references_in(self.domain):
            url = self.distribution.template.resource(reference.logical_id)
            if url is not None and url.type == "AWS::Lambda::Url":
                return url
        return None

    @property
    def is_api(self) -> bool:
        """Whether the origin is an API or a function URL."""
        is_known = any(part in str(self.domain) for part in (".execute-api.", ".lambda-url."))
        return is_known or self.url is not None

    @property
    def is_rewritten(self) -> bool:
        """Whether an edge function may change the request to the origin."""
        value = self.distribution.get(f"{self.path}.LambdaFunctionAssociations")
        if value is None or value == []:
            return False
        events = value if isinstance(value, list) else [None]
        return any(
            not isinstance(item, dict) or item.get("EventType") != "viewer-response"
            for item in events
        )

    @property
    def control(self) -> Resource | None:
        """The origin access control of the origin."""
        return self.distribution.reference(f"{self.origin}.OriginAccessControlId")

    def has_control(self) -> bool:
        """Return whether the origin has, or may have, an access control."""
        value = self.distribution.get(f"{self.origin}.OriginAccessControlId")
        return value not in (None, "")


def routes(distribution: Resource) -> Iterator[Route]:
    """Yield the behaviors of a distribution with their origins, as far as known."""
    config = "DistributionConfig"
    origins: dict[object, str] = {}
    for number, origin in enumerate(distribution.items(f"{config}.Origins")):
        if isinstance(origin, dict) and isinstance(origin.get("Id"), str):
            origins.setdefault(str(origin["Id"]), f"{config}.Origins.{number}")
    paths = [f"{config}.DefaultCacheBehavior"]
    for number, _behaviour in enumerate(distribution.items(f"{config}.CacheBehaviors")):
        paths.append(f"{config}.CacheBehaviors.{number}")
    for path in paths:
        target = distribution.get(f"{path}.TargetOriginId")
        if isinstance(target, str) and target in origins:
            yield Route(distribution, path, origins[target])


def bucket_of(route: Route) -> Resource | None:
    """Return the bucket in the template that is the origin, unless it is a website endpoint."""
    domain = route.domain
    found = list(references_in(domain))
    if isinstance(domain, Reference) and domain.attribute not in (
        "RegionalDomainName",
        "DomainName",
    ):
        return None
    if ".s3-website" in str(domain) or len(found) == 0:
        return None
    bucket = route.distribution.template.resource(found[0].logical_id)
    return bucket if bucket is not None and bucket.type == "AWS::S3::Bucket" else None
