"""Trust stores of CloudFront: the certificate authorities of clients, as a CloudFormation type.

"AWS::CloudFront::TrustStore" in the CloudFormation reference. Connections to the local cloud have
no client certificates, so the CLI says of a distribution with a trust store that it asks for none.
"""

import hashlib
from datetime import UTC, datetime
from uuid import uuid4

from cryptography import x509
from ministack.core.responses import get_account_id
from ministack.services import s3
from ministack.services.cloudformation import provisioners

from .types import Handlers, Properties, Provisioned

TYPE = "AWS::CloudFront::TrustStore"


def apply() -> None:
    """Apply this module's patches."""
    provisioners._RESOURCE_HANDLERS[TYPE] = trust_store_handlers()


def trust_store_handlers() -> Handlers:
    """Return the handlers of trust stores. MiniStack has neither the type nor the actions."""

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        store_id = f"ts_{uuid4().hex[:24]}"
        return store_id, attributes(store_id, props)

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        if old.get("Name") != new.get("Name"):
            return create("", new, stack_name)
        return physical_id, attributes(physical_id, new)

    def delete(physical_id: str, props: Properties) -> None:
        """Delete nothing: a trust store is in its stack only."""

    return {"create": create, "update": update, "delete": delete}


def attributes(store_id: str, props: Properties) -> dict[str, str]:
    """Return the attributes of a trust store.

    Raises:
        ValueError: Its bundle is missing, or has no certificates.
    """
    source = props.get("CaCertificatesBundleSource") or {}
    place = source.get("CaCertificatesBundleS3Location")
    certificates = bundle(place) if place else []
    fingerprints = b"".join(each.tbs_certificate_bytes for each in certificates)
    return {
        "Arn": f"arn:aws:cloudfront::{get_account_id()}:trust-store/{store_id}",
        "ETag": hashlib.sha256(fingerprints).hexdigest()[:14].upper(),
        "Id": store_id,
        "LastModifiedTime": datetime.now(UTC).isoformat(timespec="seconds"),
        "NumberOfCaCertificates": str(len(certificates)),
        "Status": "active",
    }


def bundle(place: Properties) -> list[x509.Certificate]:
    """Return the certificates of a bundle in a bucket.

    Raises:
        ValueError: The object is missing, or has no certificates in PEM.
    """
    name = f"s3://{place['Bucket']}/{place['Key']}"
    version = {"versionId": place["Version"]} if place.get("Version") else {}
    status, _headers, body = s3._get_object(place["Bucket"], place["Key"], {}, version)
    if status != 200:
        raise ValueError(f"the bundle of certificates does not exist: {name}")
    try:
        return x509.load_pem_x509_certificates(body)
    except ValueError as error:
        raise ValueError(f"the bundle must have certificates in PEM: {name}") from error
