"""Clients of this cloud's own AWS endpoint, for what the console reads and changes by it."""

import threading
from typing import Any

from botocore.exceptions import ClientError

from ..settings import Settings
from .requests import ConsoleError


class Clients:
    """Clients by service, account and region, made when they are first used.

    Args:
        settings: The settings of the emulator.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._session: Any = None
        self._clients: dict[tuple[str, str, str], Any] = {}

    def get(self, service: str, account: str, region: str = "us-east-1") -> Any:
        """Return a client."""
        # Here, because it takes 0.2 s to import, and most clouds need none.
        from botocore.config import Config
        from botocore.session import Session

        with self._lock:
            self._session = self._session or Session()
            client = self._clients.get((service, account, region))
            if client is None:
                key = self._settings.key
                client = self._session.create_client(
                    service,
                    region_name=region,
                    endpoint_url=f"http://127.0.0.1:{self._settings.gateway_port}",
                    aws_access_key_id=key.id_for(account),
                    aws_secret_access_key=key.secret,
                    config=Config(
                        s3={"addressing_style": "path"},
                        retries={"max_attempts": 0},
                        proxies={},
                        connect_timeout=5,
                        read_timeout=60,
                    ),
                )
                self._clients[service, account, region] = client
            return client


def refusal(error: ClientError) -> ConsoleError:
    """Return an error of AWS as the console shows it."""
    details = error.response.get("Error", {})
    return ConsoleError(f"{details.get('Code')}: {details.get('Message')}")
