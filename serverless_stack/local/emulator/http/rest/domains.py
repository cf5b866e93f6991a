"""Custom domain names of REST APIs: which API and stage answer a path of a domain.

"Custom domain name for public REST APIs in API Gateway": the base path is removed, and a path
without a mapping gets 403. A mapping without a stage leaves the first segment to name it.
"""

from dataclasses import dataclass

from ministack.services import apigateway_v1


@dataclass(frozen=True)
class Target:
    """What answers a path of a domain.

    Attributes:
        api_id: The API.
        stage: The stage.
        base_path: The part of the path that was removed, with its leading slash; may be empty.
        path: The rest of the path, with its leading slash.
    """

    api_id: str
    stage: str
    base_path: str
    path: str


def domain_of(host: str) -> str | None:
    """Return the domain name that a ``Host`` names, if it is one of an API.

    Args:
        host: The value of the header, with or without a port.
    """
    name = host.partition(":")[0].lower()
    for _account, _region, domain in list(apigateway_v1._domain_names._data):
        if domain.lower() == name:
            return str(domain)
    return None


def target_of(domain: str, path: str) -> Target | None:
    """Return what answers a path; None without a mapping for it. The longest base path wins.

    Args:
        domain: The domain name.
        path: The path of the request, percent-encoded.
    """
    mappings = {
        base: mapping
        for (_account, _region, name), stored in list(
            apigateway_v1._base_path_mappings._data.items()
        )
        if name == domain
        for base, mapping in stored.items()
    }
    for base in sorted(mappings, key=len, reverse=True):
        prefix = "" if base in ("", "(none)") else f"/{base}"
        if not (path == prefix or path.startswith(f"{prefix}/")):
            continue
        mapping, rest = mappings[base], path.removeprefix(prefix) or "/"
        stage = mapping.get("stage") or ""
        if not stage:
            stage, _slash, rest = rest.lstrip("/").partition("/")
            rest = f"/{rest}"
        return Target(mapping["restApiId"], stage, prefix, rest)
    return None
