"""The certificate authority of the caches, and the trust bundle for clients."""

import os
import ssl
from dataclasses import dataclass
from pathlib import Path

from ministack.core.x509_utils import sign_leaf_certificate
from ministack.services import elasticache

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Certificate:
    """The files of one server's certificate.

    Attributes:
        authority: The certificate of the authority that signed it.
        chain: The server's certificate.
        key: Its private key.
    """

    authority: Path
    chain: Path
    key: Path


def issue_certificate(folder: Path, name: str) -> Certificate:
    """Sign a certificate for 127.0.0.1 and localhost, and write it to ``folder``."""
    authority_pem, authority_key = elasticache._ensure_serverless_ca()
    chain_pem, key_pem, _public = sign_leaf_certificate(
        authority_pem,
        authority_key,
        common_name="localhost",
        san_dns=["localhost", name],
        san_ips=[HOST, "::1"],
    )
    certificate = Certificate(folder / "ca.crt", folder / "server.crt", folder / "server.key")
    certificate.authority.write_text(authority_pem, encoding="ascii")
    certificate.chain.write_text(chain_pem, encoding="ascii")
    certificate.key.touch(mode=0o600)
    certificate.key.write_text(key_pem, encoding="ascii")
    return certificate


def server_context(certificate: Certificate) -> ssl.SSLContext:
    """Return the TLS context of a server with a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate.chain, certificate.key)
    return context


def write_trust_bundle(path: Path, system: Path | None) -> None:
    """Write the certificate authorities of the machine and of the caches to one file.

    Functions get it as SSL_CERT_FILE and NODE_EXTRA_CA_CERTS, so that a handler needs no
    configuration. On AWS it needs none either: clients trust Amazon's authorities.
    """
    authorities = system.read_text(encoding="utf-8", errors="replace") if system else ""
    path.write_text(f"{authorities}\n{elasticache.serverless_ca_cert_pem()}", encoding="utf-8")
    for variable in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"):
        os.environ[variable] = str(path)
