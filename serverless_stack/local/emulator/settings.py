"""The settings of the emulator, read from the environment once."""

import os
import secrets
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .keys import AccessKey
from .process_guard import RUN_VARIABLE


class SettingsError(ValueError):
    """A setting is missing or invalid."""


@dataclass(frozen=True)
class Settings:
    """The settings of one emulator process.

    Attributes:
        gateway_port: The loopback port of the AWS endpoint.
        api_port: The loopback port of the APIs.
        cdn_port: The loopback port of the distributions.
        key: The access key of this cloud. No other is served.
        home: The folder of this cloud, for everything that it writes.
        overlays: The folder of overlays, which all clouds share.
        uv: The uv binary that installs overlays. Without it, functions that need one fail.
        redis: The redis-server binary. Without it, Redis caches cannot be created.
        memcached: The memcached binary. Without it, Memcached clusters cannot be created.
        python: The Python that has this library, which draws the diagram of the console.
    """

    gateway_port: int
    api_port: int
    cdn_port: int
    key: AccessKey
    home: Path
    overlays: Path
    uv: str | None
    redis: str | None
    memcached: str | None
    python: str | None = None

    @property
    def logs(self) -> Path:
        """The folder of the log files."""
        return self.home / "logs"

    @property
    def tmp(self) -> Path:
        """The folder of temporary files, such as unpacked functions."""
        return self.home / "tmp"

    @property
    def engines(self) -> Path:
        """The folder of the cache engines and of their certificate authority."""
        return self.home / "engines"

    @property
    def records(self) -> Path:
        """The folder of the records of deployment packages, in the same cache folder."""
        return self.overlays.parent / "requirements"

    @property
    def trust_bundle(self) -> Path:
        """The file with the certificate authorities of the machine and of the caches."""
        return self.engines / "ca-bundle.pem"

    def prepare(self) -> None:
        """Create the folders, and set the variables that MiniStack reads at import.

        All listeners of MiniStack are off or bound to loopback. Docker is out of its reach: at
        start, MiniStack would remove every container on the machine that has its label.
        """
        for folder in (self.logs, self.tmp, self.engines, self.overlays):
            folder.mkdir(parents=True, exist_ok=True)
        os.environ.update(
            {
                RUN_VARIABLE: secrets.token_hex(16),
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
                "AWS_ACCESS_KEY_ID": self.key.id,
                "AWS_SECRET_ACCESS_KEY": self.key.secret,
                "AWS_EC2_METADATA_DISABLED": "true",
            }
        )
        for name in ("AUTH", "USE_SSL", "SERVICES", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
            os.environ.pop(name, None)
        # tempfile caches the folder of its first use, which may have been earlier.
        tempfile.tempdir = None


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings.

    Args:
        environment: The environment, such as ``os.environ``.

    Raises:
        SettingsError: Settings are missing or invalid. The message lists all of them.
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

    def text(name: str) -> str:
        value = environment.get(name, "")
        if not value:
            problems.append(f"`{name}` must not be empty")
        return value

    settings = Settings(
        gateway_port=port("GATEWAY_PORT"),
        api_port=port("SERVERLESS_STACK_API_PORT"),
        cdn_port=port("SERVERLESS_STACK_CDN_PORT"),
        key=AccessKey(
            text("SERVERLESS_STACK_ACCESS_KEY_ID"), text("SERVERLESS_STACK_SECRET_ACCESS_KEY")
        ),
        home=folder("SERVERLESS_STACK_HOME"),
        overlays=folder("SERVERLESS_STACK_OVERLAYS"),
        uv=environment.get("SERVERLESS_STACK_UV") or None,
        redis=environment.get("SERVERLESS_STACK_REDIS") or None,
        memcached=environment.get("SERVERLESS_STACK_MEMCACHED") or None,
        python=environment.get("SERVERLESS_STACK_PYTHON") or None,
    )
    if problems:
        raise SettingsError("; ".join(problems))
    return settings


def system_ca_file(environment: Mapping[str, str]) -> Path | None:
    """Return the file with the certificate authorities of this machine, if it has one."""
    paths = (environment.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile)
    for path in (*paths, "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem"):
        if path and Path(path).is_file():
            return Path(path)
    return None
