from tests.checks.cases import Case, Json, ref, resource


def bucket(**properties: object) -> Json:
    return {"Bucket": resource("AWS::S3::Bucket", **properties)}


def encrypted(**by_default: object) -> Json:
    rules = [{"ServerSideEncryptionByDefault": by_default}]
    return bucket(BucketEncryption={"ServerSideEncryptionConfiguration": rules})


def locked(*, enabled: bool = True, **retention: object) -> Json:
    rule = {"Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", **retention}}}
    lock = {"ObjectLockEnabled": "Enabled", **rule}
    return bucket(ObjectLockConfiguration=lock, **({"ObjectLockEnabled": True} if enabled else {}))


def tiers(*days: tuple[str, int]) -> Json:
    made = [{"AccessTier": tier, "Days": count} for tier, count in days]
    one = {"Id": "a", "Status": "Enabled", "Tierings": made}
    return bucket(IntelligentTieringConfigurations=[one])


def logs(**target: object) -> Json:
    logging = {"DestinationBucketName": ref("Logs")}
    return bucket(LoggingConfiguration=logging) | {"Logs": resource("AWS::S3::Bucket", **target)}


def site(**properties: object) -> Json:
    return bucket(WebsiteConfiguration=properties)


def cors(**rule: object) -> Json:
    made = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://shop.example"], **rule}
    return bucket(CorsConfiguration={"CorsRules": [made]})


def redirects(*rules: Json) -> Json:
    return site(IndexDocument="index.html", RoutingRules=list(rules))


KMS: Json = {
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
        ]
    }
}
PLACE: Json = {"RedirectRule": {"ReplaceKeyWith": "a"}}

CASES = [
    Case(
        "S3-050",
        "KMS key with AES256",
        encrypted(SSEAlgorithm="AES256", KMSMasterKeyID="alias/shop"),
        encrypted(SSEAlgorithm="aws:kms", KMSMasterKeyID="alias/shop"),
        "must be aws:kms with a KMSMasterKeyID, got: 'AES256' (nearest accepted: aws:kms)",
    ),
    Case(
        "S3-051",
        "Object Lock that is not enabled",
        locked(enabled=False, Days=1),
        locked(Days=1),
        "`ObjectLockEnabled` must be true",
    ),
    Case(
        "S3-051",
        "Object Lock without versions",
        bucket(ObjectLockEnabled=True, VersioningConfiguration={"Status": "Suspended"}),
        bucket(ObjectLockEnabled=True, VersioningConfiguration={"Status": "Enabled"}),
        "`VersioningConfiguration.Status` must be Enabled with Object Lock",
    ),
    Case("S3-052", "days and years", locked(Days=1, Years=1), locked(Years=1), "one of them"),
    Case("S3-052", "locked for 0 days", locked(Days=0), locked(Days=1), "(nearest accepted: 1)"),
    Case(
        "S3-053",
        "archive after 89 days",
        tiers(("ARCHIVE_ACCESS", 89)),
        tiers(("ARCHIVE_ACCESS", 90)),
        "got: 89 (nearest accepted: 90)",
    ),
    Case(
        "S3-053",
        "deep archive after 90 days",
        tiers(("ARCHIVE_ACCESS", 90), ("DEEP_ARCHIVE_ACCESS", 90)),
        tiers(("ARCHIVE_ACCESS", 90), ("DEEP_ARCHIVE_ACCESS", 180)),
        "got: 90 (nearest accepted: 180)",
    ),
    Case(
        "S3-054",
        "two metrics with one id",
        bucket(MetricsConfigurations=[{"Id": "a"}, {"Id": "a", "Prefix": "b"}]),
        bucket(MetricsConfigurations=[{"Id": "a"}, {"Id": "b", "Prefix": "b"}]),
        "must be unique within MetricsConfigurations, got: 'a'",
    ),
    Case(
        "S3-055",
        "logs to a bucket under a KMS key",
        logs(**KMS),
        logs(),
        "must be a bucket with keys of S3",
    ),
    Case(
        "S3-060",
        "redirect and index document",
        site(RedirectAllRequestsTo={"HostName": "a.example"}, IndexDocument="i.html"),
        site(RedirectAllRequestsTo={"HostName": "a.example"}),
        "`WebsiteConfiguration.IndexDocument` must be absent with RedirectAllRequestsTo",
    ),
    Case(
        "S3-060",
        "website without an index document",
        site(ErrorDocument="e.html"),
        site(ErrorDocument="e.html", IndexDocument="i.html"),
        "IndexDocument` must be set",
    ),
    Case(
        "S3-061",
        "index document '/index.html'",
        site(IndexDocument="/index.html"),
        site(IndexDocument="index.html"),
        "got: '/index.html' (nearest accepted: index.html)",
    ),
    Case(
        "S3-062",
        "51 routing rules",
        redirects(*[PLACE] * 51),
        redirects(*[PLACE] * 50),
        "at most 50 rules, got: 51",
    ),
    Case(
        "S3-062",
        "redirect by 200",
        redirects({"RedirectRule": {"HttpRedirectCode": "200", "HostName": "a.example"}}),
        redirects({"RedirectRule": {"HttpRedirectCode": "302", "HostName": "a.example"}}),
        "must be 3XX, got: 200",
    ),
    Case(
        "S3-063",
        "redirect to a URL",
        site(RedirectAllRequestsTo={"HostName": "https://a.example/x"}),
        site(RedirectAllRequestsTo={"HostName": "a.example"}),
        "got: 'https://a.example/x' (nearest accepted: a.example)",
    ),
    Case(
        "S3-064",
        "origin with two wildcards",
        cors(AllowedOrigins=["https://*.*.example"]),
        cors(AllowedOrigins=["https://*.example"]),
        "must have at most one wildcard",
    ),
    Case(
        "S3-064",
        "exposed header with a wildcard",
        cors(ExposedHeaders=["x-amz-*"]),
        cors(ExposedHeaders=["x-amz-id"]),
        "must be a header without a wildcard",
    ),
    Case(
        "S3-065",
        "origin with a path",
        cors(AllowedOrigins=["https://shop.example/"]),
        cors(AllowedOrigins=["https://shop.example"]),
        "(nearest accepted: https://shop.example)",
    ),
]
