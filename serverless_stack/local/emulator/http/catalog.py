"""The deployed APIs, distributions and function URLs of all accounts and regions."""

from dataclasses import dataclass
from typing import Any

from ministack.services import apigateway, apigateway_v1, cloudfront

from ..cdn.config_xml import parse_config
from ..settings import Settings
from .function_urls import FUNCTION_PATH, deployed_function_urls


@dataclass(frozen=True)
class Api:
    """A stage of a REST or HTTP API.

    Attributes:
        id: The API's id.
        name: The API's name.
        stage: The stage's name.
        region: The API's region.
        rest: Whether it is a REST API.
    """

    id: str
    name: str
    stage: str
    region: str
    rest: bool

    @property
    def path(self) -> str:
        """The prefix of URL paths. The ``$default`` stage of an HTTP API has none."""
        return "/" if self.stage == "$default" else f"/{self.stage}/"


@dataclass(frozen=True)
class Distribution:
    """A CloudFront distribution.

    Attributes:
        id: The id.
        domain: The domain name.
        account: The account.
        record: MiniStack's record.
    """

    id: str
    domain: str
    account: str
    record: dict[str, Any]


def deployed_apis() -> list[Api]:
    """Return the stages of all REST APIs, then of all HTTP APIs, in order of creation."""
    apis = []
    for key, record in list(apigateway_v1._rest_apis._data.items()):
        _account, region, api_id = key
        stages = apigateway_v1._stages_v1._data.get(key) or {}
        apis += [Api(api_id, record.get("name", ""), stage, region, True) for stage in stages]
    for key, record in list(apigateway._apis._data.items()):
        _account, region, api_id = key
        stages = apigateway._stages._data.get(key) or {}
        if record.get("protocolType") == "HTTP":
            apis += [Api(api_id, record.get("name", ""), stage, region, False) for stage in stages]
    return apis


def deployed_distributions() -> list[Distribution]:
    """Return all distributions, in order of creation."""
    return [
        Distribution(dist_id, record["DomainName"], account, record)
        for (account, dist_id), record in list(cloudfront._distributions._data.items())
    ]


def distribution_of(host: str) -> Distribution | None:
    """Return the distribution that a ``Host`` names, by its domain or an alternate domain name.

    An exact alternate name wins over one with a wildcard, which stands for any first labels.

    Args:
        host: The value of the header, with or without a port.
    """
    name = host.partition(":")[0].lower()
    if "." not in name or name.replace(".", "").isdigit():
        return None
    suffixes = [f"*.{name.split('.', count)[-1]}" for count in range(1, name.count(".") + 1)]
    for candidate in (name, *suffixes):
        for distribution in deployed_distributions():
            aliases = parse_config(distribution.record["config_xml"]).aliases
            if candidate in (distribution.domain.lower(), *(each.lower() for each in aliases)):
                return distribution
    return None


def api_origin(settings: Settings, api_id: str) -> str:
    """Return the origin (``http://host:port``) of an API."""
    first = deployed_apis()[:1]
    host = "127.0.0.1" if first and first[0].id == api_id else f"{api_id}.localhost"
    return f"http://{host}:{settings.api_port}"


def cdn_origin(settings: Settings, distribution_id: str) -> str:
    """Return the origin (``http://host:port``) of a distribution."""
    first = deployed_distributions()[:1]
    is_first = bool(first) and first[0].id == distribution_id
    host = "127.0.0.1" if is_first else f"{distribution_id.lower()}.localhost"
    return f"http://{host}:{settings.cdn_port}"


def urls(settings: Settings) -> dict[str, list[dict[str, str]]]:
    """Return the URLs of all kinds: the response of ``/_serverless_stack/urls``."""
    apis = []
    for api in deployed_apis():
        entry = {"id": api.id, "name": api.name, "stage": api.stage}
        apis.append({**entry, "url": api_origin(settings, api.id) + api.path})
    distributions = [
        {
            "id": distribution.id,
            "domain": distribution.domain,
            "url": f"{cdn_origin(settings, distribution.id)}/",
        }
        for distribution in deployed_distributions()
    ]
    functions = [
        {
            "id": url.id,
            "name": url.function,
            "url": f"http://127.0.0.1:{settings.gateway_port}{FUNCTION_PATH}{url.id}/",
        }
        for url in deployed_function_urls()
    ]
    return {"apis": apis, "distributions": distributions, "functions": functions}


def rewrite_location(settings: Settings, value: str) -> str:
    """Return a ``Location`` header with host names of AWS replaced by local ones."""
    scheme, separator, rest = value.partition("://")
    if not separator or scheme not in ("http", "https"):
        return value
    host, slash, path = rest.partition("/")
    name = host.partition(":")[0].lower()
    for distribution in deployed_distributions():
        if name == distribution.domain.lower():
            return cdn_origin(settings, distribution.id) + slash + path
    label, _, domain = name.partition(".")
    if domain.startswith("execute-api.") and any(api.id == label for api in deployed_apis()):
        return api_origin(settings, label) + slash + path
    return value
