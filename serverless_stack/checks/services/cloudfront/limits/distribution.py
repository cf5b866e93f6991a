"""Limits of Amazon CloudFront, from "All distribution settings reference"."""

import re
from collections.abc import Sequence

from serverless_stack.checks.engine.problems import is_unresolved, repeated

MAX_ORIGIN_PATH = 255
MAX_OBJECT_PATH = 255

_PATH_PATTERN = re.compile(r"[a-zA-Z0-9_.*$/~\"'@:+?&-]{1,255}")
_ALIAS = re.compile(
    r"(\*|[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)+", re.I
)
_IP_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
# ISO 3166-1 alpha-2, and Kosovo, which it leaves to its users.
_COUNTRY_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
"""
_COUNTRIES = frozenset(_COUNTRY_CODES.split())
_MISTAKEN_COUNTRIES = {"UK": "GB", "USA": "US"}


def pattern_problems(path_pattern: str, argument: str) -> list[str]:
    """List what CloudFront refuses in the path pattern of a behavior, such as ``images/*.jpg``."""
    if is_unresolved(path_pattern) or _PATH_PATTERN.fullmatch(path_pattern):
        return []
    return [
        f"`{argument}` must have letters, digits and _-.*$/~\"'@:+?& only, 1 to 255 characters, "
        f"got: {path_pattern!r}"
    ]


def path_pattern_problems(path_pattern: str, argument: str) -> list[str]:
    """List what is refused in a path pattern of an API beside a bucket."""
    if is_unresolved(path_pattern):
        return []
    if path_pattern in ("*", "/*"):
        return [
            f"`{argument}` must leave paths to the bucket, got: {path_pattern!r}, "
            "which takes all of them"
        ]
    if path_pattern.startswith("/") and not pattern_problems(path_pattern, argument):
        return []
    return [
        f"`{argument}` must begin with a slash and have letters, digits and _-.*$/~\"'@:+?& "
        f"only, 255 characters at most, got: {path_pattern!r}"
    ]


def object_path_problems(path: str, argument: str) -> list[str]:
    """List what CloudFront refuses in the name of an object, which has no slash before it."""
    # The known part of a path with tokens may be enough.
    if path and not path.startswith("/"):
        if is_unresolved(path) or len(path) <= MAX_OBJECT_PATH:
            return []
        return [f"`{argument}` must have at most {MAX_OBJECT_PATH} characters, got: {len(path)}"]
    nearest = path.lstrip("/")
    hint = f" (nearest accepted: {nearest})" if nearest else ""
    return [
        f"`{argument}` must be the name of an object without a slash before it, got: {path!r}{hint}"
    ]


def origin_path_problems(origin_path: str, argument: str) -> list[str]:
    """List what CloudFront refuses in an origin path."""
    if is_unresolved(origin_path) or not origin_path:
        return []
    if len(origin_path) > MAX_ORIGIN_PATH:
        return [
            f"`{argument}` must have at most {MAX_ORIGIN_PATH} characters, got: {len(origin_path)}"
        ]
    if origin_path.startswith("/") and not origin_path.endswith("/") and "*" not in origin_path:
        return []
    return [
        f"`{argument}` must begin with a slash, not end with one and have no wildcard, "
        f"got: {origin_path!r}"
    ]


def alias_problems(aliases: Sequence[str], argument: str) -> list[str]:
    """List what CloudFront refuses in the domain names of a distribution.

    Source: "Requirements for using alternate domain names".
    """
    problems = [
        f"`{argument}` must have domain names, with a `*` only as the whole first part, "
        f"got: {alias!r}"
        for alias in aliases
        if not is_unresolved(alias) and (len(alias) > 253 or not _ALIAS.fullmatch(alias))
    ]
    problems += [
        f"`{argument}` must not repeat a domain name, got: {alias!r} more than once"
        for alias in repeated(alias.lower() for alias in aliases if not is_unresolved(alias))
    ]
    return problems


def certificate_problems(arn: str, argument: str) -> list[str]:
    """List what CloudFront refuses in a certificate of AWS Certificate Manager."""
    parts = arn.split(":")
    # In China, CloudFront has rules of its own.
    if parts[:2] != ["arn", "aws"] or len(parts) < 4 or is_unresolved(parts[3]):
        return []
    if parts[2] == "acm" and parts[3] == "us-east-1":
        return []
    return [f"`{argument}` must be of AWS Certificate Manager in us-east-1, got: {arn!r}"]


def country_problems(countries: Sequence[str], argument: str) -> list[str]:
    """List what CloudFront refuses in the countries of a geographic restriction.

    Source: "Restrict the geographic distribution of your
        content".
    """
    problems = []
    for country in countries:
        if is_unresolved(country) or country in _COUNTRIES:
            continue
        nearest = _MISTAKEN_COUNTRIES.get(country.upper(), country.upper())
        hint = f" (nearest accepted: {nearest})" if nearest in _COUNTRIES else ""
        problems.append(
            f"`{argument}` must have ISO 3166-1 alpha-2 country codes, got: {country!r}{hint}"
        )
    return problems


def origin_domain_problems(domain_name: str, argument: str) -> list[str]:
    """List what CloudFront refuses in the domain name of an origin.

    The known parts of a name with tokens are checked.
    """
    scheme, _, rest = domain_name.rpartition("://")
    bare = rest.split("/")[0]
    known = bare if is_unresolved(bare) else bare.split(":")[0]
    hint = f" (nearest accepted: {known})" if known and not is_unresolved(known) else ""
    if scheme or "/" in rest or known != bare:
        return [
            f"`{argument}` must be a domain name alone, without scheme, port and path, "
            f"got: {domain_name!r}{hint}"
        ]
    if is_unresolved(domain_name):
        return []
    if _IP_ADDRESS.fullmatch(domain_name) or not re.fullmatch(r"[\w.-]+\.[\w-]+\.?", domain_name):
        return [f"`{argument}` must be a domain name, and no IP address, got: {domain_name!r}"]
    return []


def web_acl_problems(web_acl_id: str, argument: str) -> list[str]:
    """List what CloudFront refuses in the web ACL of a distribution."""
    parts = web_acl_id.split(":", 5)
    if len(parts) < 6 or parts[2] != "wafv2":
        return []
    is_global = parts[5].startswith("global/") or is_unresolved(parts[5].split("/")[0])
    if is_global and (parts[3] == "us-east-1" or is_unresolved(parts[3])):
        return []
    return [
        f"`{argument}` must be a web ACL with the scope CLOUDFRONT, in us-east-1, "
        f"got: {web_acl_id!r}"
    ]
