"""What the steps of a distribution need of MiniStack: policies, functions and origins."""

from ministack.services import cloudfront

from ..cdn.config import Behaviour, EdgeAssociation
from ..cdn.exchange import Event, FunctionResult, OriginCall
from ..cdn.field_encryption import Encryption
from ..cdn.freshness import Lifetimes
from ..cdn.messages import Headers, Response, headers_of
from ..cdn.policies import LEGACY, UNCACHED, CachePolicy, Selection, Selections
from . import cdn_edge, cdn_functions, cdn_origins, field_encryption, signing_keys
from .types import Record


class EmulatorServices:
    """The services of the emulator, in the account of the distribution that is served."""

    def cache_policy(self, behaviour: Behaviour) -> CachePolicy:
        """Return the cache policy of a behaviour, or its legacy settings."""
        record = _policy(
            behaviour.cache_policy, cloudfront._cache_policies, cloudfront._MANAGED_CACHE_POLICIES
        )
        if record is not None:
            return cache_policy(record)
        return behaviour.legacy or CachePolicy(lifetimes=UNCACHED)

    def origin_request_policy(self, behaviour: Behaviour) -> Selections | None:
        """Return the origin request policy of a behaviour."""
        record = cloudfront.origin_request_policy_config(behaviour.origin_request_policy)
        if record is None:
            return None
        is_added = record["HeaderBehavior"] == "allViewerAndWhitelistCloudFront"
        names = record["Headers"] if is_added else ()
        return selections(record, frozenset(name.lower() for name in names))

    def add_policy_headers(
        self, behaviour: Behaviour, headers: Headers, origin: str, method: str
    ) -> Headers:
        """Return headers after the behaviour's response headers policy."""
        config = cloudfront.response_headers_policy_config(behaviour.response_headers_policy)
        plain = {name: each[0] if len(each) == 1 else each for name, each in headers.items()}
        changed = cloudfront._apply_response_headers_policy(plain, config, origin, method)
        return headers_of(changed.items())

    def trusted_key(self, behaviour: Behaviour, key_id: str) -> str | None:
        """Return the PEM of a public key that a behaviour trusts, by its id."""
        return signing_keys.trusted_key(behaviour.key_groups, key_id)

    def field_encryption(self, behaviour: Behaviour) -> Encryption | None:
        """Return the field-level encryption of a behaviour."""
        return field_encryption.encryption_of(behaviour.field_encryption)

    async def fetch(self, call: OriginCall) -> Response:
        """Return the response of an origin."""
        return await cdn_origins.fetch(call)

    async def run_function(self, arn: str, event: Event) -> FunctionResult:
        """Return the result of a CloudFront function."""
        return await cdn_functions.run_function(arn, event)

    async def run_edge(self, association: EdgeAssociation, event: Event) -> object:
        """Return the result of a Lambda@Edge function."""
        return await cdn_edge.run_edge(association, event)


def cache_policy(record: Record) -> CachePolicy:
    """Return a cache policy from the configuration that MiniStack stores."""
    parameters = record.get("Parameters") or {}
    least = float(record.get("MinTTL", 0))
    default = float(record.get("DefaultTTL", max(LEGACY.default, least)))
    lifetimes = Lifetimes(least, default, float(record.get("MaxTTL", max(LEGACY.most, default))))
    return CachePolicy(
        selections(parameters),
        lifetimes,
        gzip=bool(parameters.get("EnableAcceptEncodingGzip")),
        brotli=bool(parameters.get("EnableAcceptEncodingBrotli")),
    )


def selections(record: Record, added: frozenset[str] = frozenset()) -> Selections:
    """Return the headers, cookies and query strings that a policy selects.

    Args:
        record: The configuration that MiniStack stores.
        added: The headers of CloudFront that are added to all of the viewer's.
    """

    def of(behaviour: str, names: str, *, lower: bool = False) -> Selection:
        return Selection.of(record.get(behaviour, "none"), record.get(names) or (), lower=lower)

    return Selections(
        of("HeaderBehavior", "Headers", lower=True),
        of("CookieBehavior", "Cookies"),
        of("QueryStringBehavior", "QueryStrings"),
        added,
    )


def _policy(policy_id: str, own: Record, managed: Record) -> Record | None:
    record = own.get(policy_id) or managed.get(policy_id)
    return dict(record["Config"]) if record else None
