"""Limits of what is configured with documents: tags, CORS, lifecycle rules and policies."""

import json
import xml.etree.ElementTree as ET
from typing import Final

from .request import Refusal, Request, tag_problem, xml_children, xml_elements, xml_text, xml_texts

MAX_OBJECT_TAGS: Final = 10
MAX_BUCKET_TAGS: Final = 50
MAX_CORS_RULES: Final = 100
MAX_LIFECYCLE_RULES: Final = 1000
MAX_RULE_ID: Final = 255
MAX_POLICY_BYTES: Final = 20 * 1024
MIN_DAYS: Final = {"STANDARD_IA": 30, "ONEZONE_IA": 30}
CORS_METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "POST", "PUT"})
POLICY_VERSIONS: Final = ("2008-10-17", "2012-10-17")
ACTIONS: Final = (
    "AbortIncompleteMultipartUpload",
    "Expiration",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransition",
    "Transition",
)
MALFORMED: Final = Refusal(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
)


def object_tags(request: Request) -> Refusal | None:
    """Check the tags of an object."""
    return _tags(request, MAX_OBJECT_TAGS, "Object tags cannot be greater than 10", system=False)


def bucket_tags(request: Request) -> Refusal | None:
    """Check the tags of a bucket."""
    return _tags(request, MAX_BUCKET_TAGS, "Bucket tags cannot be greater than 50", system=True)


def cors_rules(request: Request) -> Refusal | None:
    """Check the CORS rules of a bucket."""
    rules = xml_elements(request.body, "CORSRule")
    if not rules:
        return MALFORMED
    if len(rules) > MAX_CORS_RULES:
        return Refusal(
            "InvalidRequest",
            "The number of CORS rules should not exceed allowed limit of 100 rules.",
        )
    return next((problem for rule in rules if (problem := _cors_rule(rule)) is not None), None)


def lifecycle_rules(request: Request) -> Refusal | None:
    """Check the lifecycle rules of a bucket."""
    rules = xml_elements(request.body, "Rule")
    if not rules or len(rules) > MAX_LIFECYCLE_RULES:
        return MALFORMED
    ids = [text for rule in rules if (text := xml_text(rule, "ID"))]
    if any(len(text) > MAX_RULE_ID for text in ids):
        return Refusal("InvalidArgument", "ID length should not exceed allowed limit of 255")
    if len(set(ids)) < len(ids):
        return Refusal(
            "InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule"
        )
    return next((problem for rule in rules if (problem := _lifecycle_rule(rule)) is not None), None)


def bucket_policy(request: Request) -> Refusal | None:
    """Check the form of a bucket's policy."""
    if len(request.body) > MAX_POLICY_BYTES:
        return Refusal("MalformedPolicy", "Policies must not exceed 20480 bytes")
    try:
        policy = json.loads(request.body)
    except ValueError:
        policy = None
    if not isinstance(policy, dict):
        return Refusal(
            "MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'"
        )
    if policy.get("Version", POLICY_VERSIONS[0]) not in POLICY_VERSIONS:
        return Refusal("MalformedPolicy", "The policy must contain a valid version string")
    if not policy.get("Statement"):
        return Refusal("MalformedPolicy", "Missing required field Statement")
    return None


def _tags(request: Request, most: int, message: str, *, system: bool) -> Refusal | None:
    elements = xml_elements(request.body, "Tag")
    if elements is None:
        return MALFORMED
    if len(elements) > most:
        return Refusal("BadRequest", message)
    pairs = [(xml_text(element, "Key"), xml_text(element, "Value")) for element in elements]
    return tag_problem(pairs, system=system)


def _cors_rule(rule: ET.Element) -> Refusal | None:
    origins, methods = xml_texts(rule, "AllowedOrigin"), xml_texts(rule, "AllowedMethod")
    if not origins or not methods:
        return MALFORMED
    for method in methods:
        if method not in CORS_METHODS:
            return Refusal(
                "InvalidRequest",
                f"Found unsupported HTTP method in CORS config. Unsupported method is {method}",
            )
    for name in ("AllowedOrigin", "AllowedHeader"):
        for text in xml_texts(rule, name):
            if text.count("*") > 1:
                return Refusal(
                    "InvalidRequest", f'{name} "{text}" can not have more than one wildcard.'
                )
    for text in xml_texts(rule, "ExposeHeader"):
        if "*" in text:
            return Refusal(
                "InvalidRequest",
                f'ExposeHeader "{text}" contains wildcard. We currently do not support wildcard '
                "for ExposeHeader.",
            )
    return None


def _lifecycle_rule(rule: ET.Element) -> Refusal | None:
    if not any(xml_children(rule, action) for action in ACTIONS):
        return Refusal("InvalidRequest", "At least one action needs to be specified in a rule")
    for transition in xml_children(rule, "Transition"):
        days, storage = xml_text(transition, "Days"), xml_text(transition, "StorageClass")
        if days.isascii() and days.isdigit() and int(days) < MIN_DAYS.get(storage, 0):
            return Refusal(
                "InvalidArgument",
                f"'Days' in Transition action must be greater than or equal to "
                f"{MIN_DAYS[storage]} for storageClass '{storage}'",
            )
    return None
