"""What the launcher tells the emulator, read from the environment once."""

import os
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingsError(ValueError):
    """A setting that the emulator needs is missing or wrong."""


@dataclass(frozen=True)
class Settings:
    """The settings of one emulator process.

    Attributes:
        gateway_port: Port of the AWS endpoint, on loopback.
        api_port: Port of the front door to API Gateway, on loopback.
        cdn_port: Port of the front door to CloudFront, on loopback.
        home: Folder of this one cloud; everything it writes lies below it.
        overlays: Cache folder for the host's builds of compiled dependencies, shared by clouds.
        uv: The uv binary that installs them, or None: then a function that needs one fails.
        redis: The redis-server binary, or None: then a Redis cache cannot be created.
        memcached: The memcached binary, or None: then a Memcached cluster cannot be created.
    """

    gateway_port: int
    api_port: int
    cdn_port: int
    home: Path
    overlays: Path
    uv: str | None
    redis: str | None
    memcached: str | None

    @property
    def logs(self) -> Path:
        """Folder of the log files."""
        return self.home / "logs"

    @property
    def tmp(self) -> Path:
        """Folder for unpacked functions and other short-lived files."""
        return self.home / "tmp"

    @property
    def engines(self) -> Path:
        """Folder with one folder per running cache engine, and the cache CA."""
        return self.home / "engines"

    @property
    def trust_bundle(self) -> Path:
        """The machine's certificate authorities plus the one that signs the caches'."""
        return self.engines / "ca-bundle.pem"

    def prepare(self) -> None:
        """Make the folders and sets what MiniStack reads from the environment at import.

        Everything else that MiniStack could listen on is switched off, everything it does listen
        on is bound to loopback, and Docker is out of its reach: at start it would remove every
        container on the machine that carries its label.
        """
        for folder in (self.logs, self.tmp, self.engines, self.overlays):
            folder.mkdir(parents=True, exist_ok=True)
        os.environ.update(
            {
                "GATEWAY_PORT": str(self.gateway_port),
                "BIND_HOST": "127.0.0.1",
                "MINISTACK_HOST": "localhost",
                "DOCKER_HOST": f"unix://{self.home / 'no-docker.sock'}",
                "IOT_MTLS_ENABLED": "0",
                "SFTP_ENABLED": "0",
                "LAMBDA_EXECUTOR": "local",
                "PERSIST_STATE": "0",
                "STATE_DIR": str(self.home / "state"),
                "TMPDIR": str(self.tmp),
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.gateway_port}",
                "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{self.gateway_port}",
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_EC2_METADATA_DISABLED": "true",
            }
        )
        for name in ("AUTH", "USE_SSL", "SERVICES", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
            os.environ.pop(name, None)
        # tempfile remembers the folder of its first use, which may have come before this.
        tempfile.tempdir = None


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings.

    Args:
        environment: Usually ``os.environ``.

    Returns:
        The settings; relative folders are resolved against the current one.

    Raises:
        SettingsError: All missing or malformed settings, together.
    """
    problems: list[str] = []

    def port(name: str) -> int:
        value = environment.get(name, "")
        if value.isdigit() and 1 <= int(value) <= 65535:
            return int(value)
        problems.append(f"`{name}` must be a port from 1 to 65535, got: {value!r}")
        return 0

    def folder(name: str) -> Path:
        value = environment.get(name, "")
        if not value:
            problems.append(f"`{name}` must be a folder, got: {value!r}")
        return Path(value or ".").resolve()

    settings = Settings(
        gateway_port=port("GATEWAY_PORT"),
        api_port=port("SERVERLESS_STACK_API_PORT"),
        cdn_port=port("SERVERLESS_STACK_CDN_PORT"),
        home=folder("SERVERLESS_STACK_HOME"),
        overlays=folder("SERVERLESS_STACK_OVERLAYS"),
        uv=environment.get("SERVERLESS_STACK_UV") or None,
        redis=environment.get("SERVERLESS_STACK_REDIS") or None,
        memcached=environment.get("SERVERLESS_STACK_MEMCACHED") or None,
    )
    if problems:
        raise SettingsError("; ".join(problems))
    return settings


def system_ca_file(environment: Mapping[str, str]) -> Path | None:
    """Return the file with the certificate authorities that this machine trusts, if it has one."""
    paths = (environment.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile)
    for path in (*paths, "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem"):
        if path and Path(path).is_file():
            return Path(path)
    return None
