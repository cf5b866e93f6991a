from tests.checks.cases import Case, Json, resource


def bucket(**properties: object) -> Json:
    return {"Bucket": resource("AWS::S3::Bucket", **properties)}


def name(value: str, **more: object) -> Json:
    return bucket(BucketName=value, **more)


def lifecycle(*rules: Json, **rule: object) -> Json:
    all_ = [*rules, rule] if rule else list(rules)
    return bucket(
        LifecycleConfiguration={"Rules": [{"Status": "Enabled", **each} for each in all_]}
    )


def moves(*moves: tuple[str, int], **more: object) -> Json:
    made = [{"StorageClass": kind, "TransitionInDays": days} for kind, days in moves]
    return lifecycle(Transitions=made, **more)


def old_moves(*moves: tuple[str, int], **more: object) -> Json:
    made = [{"StorageClass": kind, "TransitionInDays": days} for kind, days in moves]
    return lifecycle(NoncurrentVersionTransitions=made, **more)


TAGS = [{"Key": "kind", "Value": "draft"}]
PATH = "`LifecycleConfiguration.Rules.0."

CASES = [
    Case(
        "S3-001",
        "xn-- prefix",
        name("xn--orders"),
        name("x--orders"),
        "`BucketName` must not begin with a prefix that S3 reserves",
    ),
    Case("S3-001", "IP address", name("192.168.0.1"), name("192.168.0.1a"), "not look like an IP"),
    Case("S3-001", "2 chars", name("ab"), name("abc"), "3 to 63 characters"),
    Case(
        "S3-001", "sthree- prefix", name("sthree-a"), name("s-three-a"), "not begin with a prefix"
    ),
    Case("S3-001", "underscore", name("my_orders"), name("my-orders"), "hyphens only, got"),
    Case("S3-001", "adjacent periods", name("my..orders"), name("my.orders"), "a period beside"),
    Case(
        "S3-001",
        "suffix of another namespace",
        name("shop-an"),
        name("shop-111122223333-us-west-2-an", BucketNamespace="account-regional"),
        "not end with a suffix that S3 reserves",
    ),
    Case(
        "S3-002",
        "periods with transfer acceleration",
        name("my.shop", AccelerateConfiguration={"AccelerationStatus": "Enabled"}),
        name("my-shop", AccelerateConfiguration={"AccelerationStatus": "Enabled"}),
        "not have periods for transfer acceleration, got: 'my.shop' (nearest accepted: my-shop)",
    ),
    Case(
        "S3-003",
        "expiration 0 days",
        lifecycle(ExpirationInDays=0),
        lifecycle(ExpirationInDays=1),
        f"{PATH}ExpirationInDays` must be whole days, 1 or more, got: 0 days "
        "(nearest accepted: 1 days)",
    ),
    Case(
        "S3-003",
        "uploads aborted after 0 days",
        lifecycle(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 0}),
        lifecycle(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1}),
        f"{PATH}AbortIncompleteMultipartUpload.DaysAfterInitiation` must be whole days, 1 or more",
    ),
    Case(
        "S3-004",
        "Glacier (30) before IA (90)",
        moves(("GLACIER", 30), ("STANDARD_IA", 90)),
        moves(("STANDARD_IA", 30), ("GLACIER", 90)),
        f"{PATH}Transitions.0.TransitionInDays` must not come before STANDARD_IA",
    ),
    Case(
        "S3-004",
        "IA 30 then Glacier 45",
        moves(("STANDARD_IA", 30), ("GLACIER", 45)),
        moves(("STANDARD_IA", 30), ("GLACIER", 60)),
        f"{PATH}Transitions.1.TransitionInDays` must be 30 days or more after the transition to "
        "STANDARD_IA after 30 days, got: 45 days (nearest accepted: 60 days)",
    ),
    Case(
        "S3-004",
        "IA after 29 days",
        moves(("STANDARD_IA", 29)),
        moves(("STANDARD_IA", 30)),
        "must be after 30 days or more, got: 29 days (nearest accepted: 30 days)",
    ),
    Case(
        "S3-004",
        "one storage class twice",
        moves(("GLACIER", 1), ("GLACIER", 2)),
        moves(("GLACIER", 1), ("DEEP_ARCHIVE", 2)),
        "got again: GLACIER",
    ),
    Case(
        "S3-004",
        "versions to IA after 10 days",
        old_moves(("ONEZONE_IA", 10)),
        old_moves(("GLACIER", 10)),
        f"{PATH}NoncurrentVersionTransitions.0.TransitionInDays` must be after 30 days",
    ),
    Case(
        "S3-005",
        "expiration 30 <= transition 90",
        moves(("GLACIER", 90), ExpirationInDays=30),
        moves(("GLACIER", 90), ExpirationInDays=91),
        f"{PATH}ExpirationInDays` must be later than the transition to GLACIER after 90 days, "
        "got: 30 days (nearest accepted: 91 days)",
    ),
    Case(
        "S3-005",
        "versions expire before their transition",
        old_moves(("GLACIER", 90), NoncurrentVersionExpiration={"NoncurrentDays": 90}),
        old_moves(("GLACIER", 90), NoncurrentVersionExpiration={"NoncurrentDays": 91}),
        "NoncurrentDays` must be later than the transition to GLACIER",
    ),
    Case(
        "S3-006",
        "rule id > 255",
        lifecycle(Id="a" * 256, ExpirationInDays=1),
        lifecycle(Id="a" * 255, ExpirationInDays=1),
        "at most 255 characters, got: 256",
    ),
    Case(
        "S3-006",
        "rule id twice",
        lifecycle({"Id": "a", "ExpirationInDays": 1}, {"Id": "a", "ExpirationInDays": 2}),
        lifecycle({"Id": "a", "ExpirationInDays": 1}, {"Id": "b", "ExpirationInDays": 2}),
        "must be unique, got more than once: 'a'",
    ),
    Case(
        "S3-007",
        "rule without any action",
        lifecycle(Prefix="logs/"),
        lifecycle(Prefix="logs/", ExpirationInDays=1),
        "`LifecycleConfiguration.Rules.0` must have an action",
    ),
    Case(
        "S3-008",
        "size filter min > max",
        lifecycle(ExpirationInDays=1, ObjectSizeGreaterThan="500", ObjectSizeLessThan="100"),
        lifecycle(ExpirationInDays=1, ObjectSizeGreaterThan="100", ObjectSizeLessThan="500"),
        "below, 100 bytes, got: 500 (nearest accepted: 99)",
    ),
    Case(
        "S3-009",
        "abort-multipart with tag filter",
        lifecycle(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7}, TagFilters=TAGS),
        lifecycle(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7}, Prefix="a/"),
        "must be in a rule without a filter by tags",
    ),
    Case(
        "S3-009",
        "abort-multipart with size filter",
        lifecycle(
            AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7}, ObjectSizeLessThan="9"
        ),
        lifecycle(ExpirationInDays=7, ObjectSizeLessThan="9"),
        "must be in a rule without a filter by sizes of objects",
    ),
    Case(
        "S3-010",
        "delete markers and days",
        lifecycle(ExpiredObjectDeleteMarker=True, ExpirationInDays=1),
        lifecycle({"ExpiredObjectDeleteMarker": True}, {"ExpirationInDays": 1}),
        "must not be in a rule with ExpirationInDays",
    ),
    Case(
        "S3-010",
        "delete markers with tags",
        lifecycle(ExpiredObjectDeleteMarker=True, TagFilters=TAGS),
        lifecycle(ExpirationInDays=1, TagFilters=TAGS),
        "must not be in a rule with TagFilters",
    ),
    Case(
        "S3-011",
        "date at noon",
        lifecycle(ExpirationDate="2030-01-01T12:00:00Z"),
        lifecycle(ExpirationDate="2030-01-01T00:00:00Z"),
        "be midnight UTC, got: '2030-01-01T12:00:00Z' (nearest accepted: 2030-01-01T00:00:00Z)",
    ),
    Case(
        "S3-011",
        "dates and days",
        moves(("GLACIER", 1), ExpirationDate="2030-01-01"),
        moves(("GLACIER", 1), ExpirationInDays=300),
        "ExpirationDate` must not be in a rule with days",
    ),
    Case(
        "S3-012",
        "Transition and Transitions",
        moves(("DEEP_ARCHIVE", 99), Transition={"StorageClass": "GLACIER", "TransitionInDays": 1}),
        lifecycle(Transition={"StorageClass": "GLACIER", "TransitionInDays": 1}),
        "Transition` must be absent with Transitions",
    ),
    Case(
        "S3-013",
        "1,001 lifecycle rules",
        lifecycle(*({"ExpirationInDays": 1, "Prefix": f"{n}/"} for n in range(1001))),
        lifecycle(*({"ExpirationInDays": 1, "Prefix": f"{n}/"} for n in range(1000))),
        "at most 1,000 rules, got: 1001",
    ),
]
