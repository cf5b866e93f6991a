from tests.checks.cases import Case, Json, join, ref, resource
from tests.checks.services.cloudfront.cases import BEHAVIOR, CUSTOM, SITE, distribution


def pem(*lines: str) -> str:
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])


RSA_2048 = pem(
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA6X087qZiFHYFWv4uOzyr",
    "YqZSzBWecM+/ThdezZByzi8ecfLVC3VA4n6PR1wj75JCdYxI4zuuc8DzVyKMfQZF",
    "DKFa+2eOUivYdT2vG3WwK613jWewc5WSvBAnabqkoSAiKkS/COWipJkpGLdOq1mT",
    "PqgdR/Jrt5xzF4PwakNPVxHOdj2WfH023hXq52OR9wca4cTadx50GHh/CAoNF3Ap",
    "GP9Q8gi+LKiLDx8w6+eBOxAMCpgID96v6XD1oWSqfL6BKCNDQi2uhgskRhlNF/Az",
    "1jfTUm1ak1Ejvl3xkxfj2QOS36mb90U5ks9iBtJER1gwrK9HiMzAZ8h+E9YyW0nn",
    "4wIDAQAB",
)
RSA_1024 = pem(
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDoxHWA3vsadNgVSN9leOiXXjS1",
    "ZrZSv+QKS+30LbK/RR4YTbZ9mdu7ZKT7kocmyQ6imGAeJYyg4YzRGqKhNnT6Be/R",
    "0qyIHnKTXMICZvwEj7P/Swh3U9AAblywKjOWbEO/IdHd/nvpTFq5Zq0nRNLZ4X+C",
    "x3iajKgwcIl6dxPbjQIDAQAB",
)
P256 = pem(
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEFj6Idhi5GEznlya965O8Q/7qFyCR",
    "2Bd5STFEyznMw5Zn/Dy4AfZX7fW2tAAED15a5qlEbiadynX34To5XvuPvg==",
)
P384 = pem(
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEqu0l2wkLRoD8AEbyMjHGncTdoZv0WFV8",
    "FJZYRU/5zLHGla/CWnZ0qMzv3CfP2c5j6j5e+s/dzcRIsNRZAVHUsP+ZltvdEmqY",
    "Q6bJHAQDyzYpn2BIP4yljfjUP149EPX+",
)


def key(encoded: object) -> Json:
    config = {"CallerReference": "1", "Name": "key", "EncodedKey": encoded}
    return {"Key": resource("AWS::CloudFront::PublicKey", PublicKeyConfig=config)}


def group(encoded: object) -> Json:
    config = {"Name": "group", "Items": [ref("Key")]}
    return {**key(encoded), "Group": resource("AWS::CloudFront::KeyGroup", KeyGroupConfig=config)}


def profile(encoded: object) -> Json:
    entity = {
        "PublicKeyId": ref("Key"),
        "ProviderId": "shop",
        "FieldPatterns": {"Quantity": 1, "Items": ["card"]},
    }
    config = {
        "CallerReference": "1",
        "Name": "profile",
        "EncryptionEntities": {"Quantity": 1, "Items": [entity]},
    }
    type_ = "AWS::CloudFront::FieldLevelEncryptionProfile"
    return {**key(encoded), "Profile": resource(type_, FieldLevelEncryptionProfileConfig=config)}


def source(arn: object, log_type: str = "ACCESS_LOGS") -> Json:
    return {
        **distribution(),
        "Source": resource(
            "AWS::Logs::DeliverySource", Name="cdn", LogType=log_type, ResourceArn=arn
        ),
    }


CDN_ARN = join(
    "arn:", ref("AWS::Partition"), ":cloudfront::", ref("AWS::AccountId"), ":distribution/", "E1"
)
OWN_ARN: Json = {"Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:x/${Cdn}"}
BUS_ARN = "arn:aws:events:eu-west-1:111122223333:event-bus/shop"
CONTROL: Json = {
    "Control": resource(
        "AWS::CloudFront::OriginAccessControl",
        OriginAccessControlConfig={
            "Name": "control",
            "OriginAccessControlOriginType": "s3",
            "SigningBehavior": "always",
            "SigningProtocol": "sigv4",
        },
    )
}
IDENTITY: Json = {
    "Identity": resource(
        "AWS::CloudFront::CloudFrontOriginAccessIdentity",
        CloudFrontOriginAccessIdentityConfig={"Comment": "site"},
    )
}


def patterns(*given: object) -> Json:
    return distribution(CacheBehaviors=[{**BEHAVIOR, "PathPattern": each} for each in given])


def origins(count: int) -> Json:
    more = [{"Id": f"o{n}", "DomainName": f"o{n}.example.com"} for n in range(count - 1)]
    return distribution(Origins=[{**each, "CustomOriginConfig": CUSTOM} for each in (SITE, *more)])


def groups(count: int) -> Json:
    origin = [
        {"Id": name, "DomainName": f"{name}.example.com", "CustomOriginConfig": CUSTOM}
        for name in ("site", "spare")
    ]
    members = {"Quantity": 2, "Items": [{"OriginId": "site"}, {"OriginId": "spare"}]}
    codes = {"StatusCodes": {"Quantity": 1, "Items": [503]}}
    items = [{"Id": f"g{n}", "Members": members, "FailoverCriteria": codes} for n in range(count)]
    return distribution(Origins=origin, OriginGroups={"Quantity": count, "Items": items})


def times(*seconds: object) -> Json:
    names = ("MinTTL", "DefaultTTL", "MaxTTL")
    config = {"Name": "p", **dict(zip(names, seconds, strict=True))}
    return {"Policy": resource("AWS::CloudFront::CachePolicy", CachePolicyConfig=config)}


def parameter(**default: object) -> Json:
    return {"Parameters": {"Seconds": {"Type": "Number", **default}}}


SECONDS = ref("Seconds")
EITHER: Json = {"Fn::If": ["Long", 90, 10]}
LONG: Json = {
    "Parameters": {"Stage": {"Type": "String"}},
    "Conditions": {"Long": {"Fn::Equals": [ref("Stage"), "production"]}},
}

CASES = [
    Case(
        "CLOUDFRONT-015",
        "log source of a distribution in eu-west-1",
        source(CDN_ARN),
        source(BUS_ARN),
        "`ResourceArn` must be of a delivery source in us-east-1",
        region="eu-west-1",
    ),
    Case(
        "CLOUDFRONT-015",
        "log source of the stack's own distribution",
        source(OWN_ARN),
        source({"Fn::ImportValue": "resource"}),
        "got: 'eu-west-1' (nearest accepted: us-east-1)",
        region="eu-west-1",
    ),
    Case(
        "CLOUDFRONT-033",
        "min TTL > max TTL with an unknown default",
        times(60, SECONDS, 30),
        times(30, SECONDS, 30),
        "`CachePolicyConfig.MinTTL` must not be above `MaxTTL` (30), got: 60",
        bad_sections=parameter(),
        good_sections=parameter(),
    ),
    Case(
        "CLOUDFRONT-033",
        "default TTL of a parameter > max TTL",
        times(0, SECONDS, 30),
        times(0, SECONDS, 30),
        "`CachePolicyConfig.DefaultTTL` must not be above `MaxTTL` (30), got: 60",
        bad_sections=parameter(Default=60),
        good_sections=parameter(Default=30),
    ),
    Case(
        "CLOUDFRONT-033",
        "min TTL > default TTL under a condition",
        times(EITHER, 60, 120),
        times(EITHER, 90, 120),
        "must not be above `DefaultTTL` (60), got: 90",
        bad_sections=LONG,
        good_sections=LONG,
    ),
    Case(
        "CLOUDFRONT-038",
        "75 behaviours beside the default",
        patterns(*(f"/{n:03}/*" for n in range(75))),
        patterns(*(f"/{n:03}/*" for n in range(74))),
        "have at most 74 behaviors beside the default, unless AWS has raised the quota, got: 75",
    ),
    Case(
        "CLOUDFRONT-038",
        "101 origins",
        origins(101),
        origins(100),
        "at most 100 origins, unless AWS has raised the quota, got: 101 (nearest accepted: 100)",
    ),
    Case(
        "CLOUDFRONT-038",
        "11 origin groups",
        groups(11),
        groups(10),
        "at most 10 origin groups, unless AWS has raised the quota, got: 11",
    ),
    Case(
        "CLOUDFRONT-039",
        "behaviour behind one that matches all of its paths",
        patterns("/api/*", "/api/v2/*"),
        patterns("/api/v2/*", "/api/*"),
        "CacheBehaviors.1.PathPattern` must come before '/api/*', which matches all",
    ),
    Case(
        "CLOUDFRONT-039",
        "behaviour behind one of an extension",
        patterns("*.jpg", ref("AWS::StackName"), "img/?.jpg"),
        patterns("*.jpg", ref("AWS::StackName"), "img/?.png"),
        "CacheBehaviors.2.PathPattern` must come before '*.jpg'",
    ),
    Case(
        "CLOUDFRONT-057",
        "field-level encryption with a key for signed URLs",
        profile(P256),
        profile(RSA_2048),
        "must be a key of RSA 2048, got: 'ECDSA P-256 (Key)'",
    ),
    Case(
        "CLOUDFRONT-057",
        "field-level encryption with RSA 1024",
        profile(RSA_1024),
        profile(ref("AWS::StackName")),
        "got: 'RSA 1024 (Key)' (nearest accepted: RSA 2048)",
    ),
    Case(
        "CLOUDFRONT-058",
        "signed URLs with ECDSA P-384",
        group(P384),
        group(P256),
        "must be a key of RSA 2048 or ECDSA P-256, got: 'ECDSA P-384 (Key)'",
    ),
    Case(
        "CLOUDFRONT-058",
        "signed URLs with RSA 1024",
        group(RSA_1024),
        group(RSA_2048),
        "got: 'RSA 1024 (Key)'",
    ),
    Case(
        "CLOUDFRONT-059",
        "origin access control in China",
        CONTROL,
        IDENTITY,
        "be used in a region of the partition aws, got: 'cn-north-1'",
        region="cn-north-1",
    ),
]
