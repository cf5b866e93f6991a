"""Trust stores of CloudFront from templates."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.local.emulator.conftest import Emulator


def authority(name: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(
        subject, subject, key.public_key(), x509.random_serial_number()
    )
    now = datetime.now(UTC)
    builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)


def trust_store(name: str, key: str) -> dict[str, Any]:
    place = {"Bucket": "authorities", "Key": key, "Region": "us-east-1"}
    source = {"CaCertificatesBundleS3Location": place}
    properties = {"Name": name, "CaCertificatesBundleSource": source}
    return {"Store": {"Type": "AWS::CloudFront::TrustStore", "Properties": properties}}


def test_the_bundle_is_read_and_refused(cloud: Emulator) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="authorities")
    s3.put_object(Bucket="authorities", Key="two.pem", Body=authority("a") + authority("b"))
    s3.put_object(Bucket="authorities", Key="one.pem", Body=authority("a"))
    s3.put_object(Bucket="authorities", Key="none.pem", Body=b"no certificate")

    def deploy(stack: str, name: str, key: str) -> dict[str, str]:
        names = ("Arn", "ETag", "Id", "NumberOfCaCertificates", "Status")
        got = {each: {"Fn::GetAtt": ["Store", each]} for each in names}
        return cloud.deploy(stack, trust_store(name, key), **got)

    first = deploy("trust", "clients", "two.pem")
    assert first["Arn"].endswith(f":trust-store/{first['Id']}")
    assert (first["NumberOfCaCertificates"], first["Status"]) == ("2", "active")
    second = deploy("trust", "clients", "one.pem")
    assert (second["Id"], second["NumberOfCaCertificates"]) == (first["Id"], "1")
    assert second["ETag"] != first["ETag"]
    assert deploy("trust", "others", "one.pem")["Id"] != first["Id"]  # replaced
    with pytest.raises(AssertionError, match=r"does not exist: s3://authorities/missing\.pem"):
        deploy("trust-missing", "missing", "missing.pem")
    with pytest.raises(AssertionError, match=r"must have certificates in PEM"):
        deploy("trust-none", "none", "none.pem")
