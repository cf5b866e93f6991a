import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from serverless_stack.functions.rotation.endpoint import CacheEndpoint
from tests.functions.rotation.conftest import FIRST
from tests.runtime.servers import Certificate, Server


@contextmanager
def answering(answer: bytes, certificate: Certificate) -> Iterator[CacheEndpoint]:
    """A server that answers everything with the same bytes, and then hangs up."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            plain, _ = listening.accept()
            with context.wrap_socket(plain, server_side=True) as server:
                server.recv(4096)
                server.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield CacheEndpoint("127.0.0.1", listening.getsockname()[1])
        thread.join()


def test_the_right_token_works_and_others_do_not(redis: Server) -> None:
    endpoint = CacheEndpoint("127.0.0.1", redis.port)
    assert endpoint.accepts(FIRST)
    assert not endpoint.accepts("wrong")
    assert not CacheEndpoint("127.0.0.1", redis.port, "nobody").accepts(FIRST)


@pytest.mark.parametrize("answer", [b"-LOADING the dataset\r\n", b"+" + b"x" * 9000, b"*1\r\n"])
def test_what_is_neither_yes_nor_no_is_an_error(
    answer: bytes, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    with answering(answer, certificate) as endpoint, pytest.raises(RuntimeError, match="answer"):
        endpoint.accepts(FIRST)


def test_a_server_that_hangs_up_is_an_error(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    with answering(b"+O", certificate) as endpoint, pytest.raises(OSError, match="closed"):
        endpoint.accepts(FIRST)


def test_a_certificate_that_is_not_trusted_is_an_error(
    redis: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ssl.SSLCertVerificationError):
        CacheEndpoint("127.0.0.1", redis.port).accepts(FIRST)
