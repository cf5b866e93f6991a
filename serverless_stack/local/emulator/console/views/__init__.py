"""What the console shows and does: a module for each tab."""

from ...engines.manager import EngineManager
from ...settings import Settings
from ..clients import Clients
from ..requests import View
from . import buckets, caches, cdn, deployed, diagram, logs, queues, requests


def views(settings: Settings, manager: EngineManager) -> dict[tuple[str, str], View]:
    """Return the views by method and path."""
    clients = Clients(settings)
    return {
        **deployed.views(settings),
        **requests.views(),
        **logs.views(settings),
        **caches.views(manager),
        **cdn.views(settings, clients),
        **buckets.views(clients),
        **queues.views(clients),
        **diagram.views(settings),
    }
