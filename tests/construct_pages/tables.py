"""The tables of a page, as Markdown."""

import functools
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from serverless_stack.constructs.profiles.costs import rows
from serverless_stack.constructs.profiles.settings import ALL
from tests.construct_pages import costs
from tests.construct_pages.pages import Default, Page
from tests.construct_pages.pictures import graph_of
from tests.construct_pages.synthesis import Resource, resources_of

# What a VPC consists of is a row of its own on the page of the VPC only.
NETWORK: Final = (
    "AWS::EC2::RouteTable",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
)
AFTERWARDS: Final = {
    "Retain": "kept",
    "RetainExceptOnCreate": "kept",
    "Snapshot": "deleted after a final backup",
}


def tables_of(page: Page) -> dict[str, str]:
    """Return the generated parts of a page by the names of their files."""
    resources = resources_of(page.name)
    own = [r for r in resources if any(map(r.is_below, page.paths))]
    shared = [r for r in resources if r.is_shared and r not in own] if page.shares else []
    in_short = page.name != "isolated_vpc"
    parts = {
        "picture": _picture(page),
        "creates": _creates(own, shared, in_short),
        "cost": _cost(page, own),
    }
    if page.defaults:
        parts["defaults"] = _defaults(page, own)
    if page.name == "profile":
        parts["defaults"] = _profiles()
    return parts


def _picture(page: Page) -> str:
    return "\n".join(
        (
            f"```{{image}} ../pictures/constructs/{page.name}.svg",
            f":alt: The example as a diagram. {graph_of(page).description}",
            f":target: ../_images/{page.name}.svg",
            ":class: picture",
            "```",
        )
    )


def _profiles() -> str:
    head = ("setting", *(f"`Profile.{settings.name}()`" for settings in ALL), "billed by use")
    return _table(head, [(row.name, *row.values, row.note) for row in rows()])


def _creates(own: Sequence[Resource], shared: Sequence[Resource], in_short: bool) -> str:
    network = [r for r in own if in_short and r.kind in NETWORK]
    rest = [r for r in own if r not in network]
    rows = [(_named(kind, network), str(n), after) for (kind, after), n in _counted(rest).items()]
    rows += [
        (f"`{kind}`", f"{n}, for all constructs of the stack", after)
        for (kind, after), n in _counted(shared).items()
    ]
    return _table(("resource", "number", "when the stack is deleted"), rows)


def _named(kind: str, network: Sequence[Resource]) -> str:
    if kind != "AWS::EC2::VPC" or not network:
        return f"`{kind}`"
    return f"`{kind}` with {len(network)} resources for its subnets and their routes"


def _counted(resources: Iterable[Resource]) -> Counter[tuple[str, str]]:
    return Counter(sorted((r.kind, _afterwards(r)) for r in resources))


def _afterwards(resource: Resource) -> str:
    if "FinalSnapshotName" in resource.properties:
        return AFTERWARDS["Snapshot"]
    return AFTERWARDS.get(str(resource.body.get("DeletionPolicy")), "deleted")


def _defaults(page: Page, own: Sequence[Resource]) -> str:
    return _table(
        ("setting", "default"), [(each.setting, _value(each, own)) for each in page.defaults]
    )


def _value(default: Default, resources: Sequence[Resource]) -> str:
    kind, _, selector = default.kind.partition(" ")
    values = [
        value
        for resource in resources
        if resource.kind == kind and _is_selected(resource, selector)
        for value in [_at(resource.properties, default.path)]
        if value is not None
    ]
    if not values:
        raise LookupError(f"{default.kind} has no {default.path}")
    # Several functions or subnets of one example: the first one stands for the others.
    value = values[0]
    text = "`, `".join(value) if isinstance(value, list) else str(value)
    return default.show.format(text) if isinstance(default.show, str) else default.show[text]


def _is_selected(resource: Resource, selector: str) -> bool:
    metric = resource.properties.get("MetricName")
    return not selector or selector == metric or selector in resource.path.split("/")


def _at(properties: object, path: str) -> object:
    def step(value: object, key: str) -> object:
        if isinstance(value, list):
            return value[int(key)] if int(key) < len(value) else None
        return value.get(key) if isinstance(value, dict) else None

    return functools.reduce(step, path.split("."), properties)


def _cost(page: Page, own: Sequence[Resource]) -> str:
    rest = costs.at_rest(own)
    used = [line for part in page.requests for line in costs.REQUESTS[part]]
    by_use = [costs.BY_USE[part] for part in page.by_use]
    rows = [_row(line, "a month, at rest") for line in rest]
    rows += [_row(line, "a million requests") for line in used]
    rows += [_row(line, "by use") for line in by_use]
    sentences = [f"At rest it costs **{_rounded(costs.total(rest))} a month**."]
    if used:
        sentences.append(f"A million requests cost **{_rounded(costs.total(used))}**.")
    prices = costs.price_list()
    sentences.append(
        f"List prices in {prices['region']}, looked up on {prices['date']} "
        "([prices and their sources](prices.md))."
    )
    table = [_table(("what", "price", "for", "cost"), rows)] if rows else []
    return "\n\n".join([" ".join(sentences), *table])


def _row(line: costs.Line, reason: str) -> tuple[str, ...]:
    unit = costs.price_list()["prices"][line.unit]["unit"]
    price = f"{_dollars(costs.price(line.unit))} per {unit}"
    return (
        f"{line.quantity:g} \N{MULTIPLICATION SIGN} {line.what}",
        price,
        reason,
        _rounded(line.dollars),
    )


def _rounded(amount: float) -> str:
    return f"${amount:.2f}" if amount >= 0.01 else _dollars(amount) if amount else "nothing"


def _dollars(amount: float) -> str:
    cents = f"{amount:.2f}"
    return f"${cents}" if float(cents) == amount else f"${amount:.10f}".rstrip("0")


def price_table() -> str:
    """Return the table of all prices."""
    rows = [
        (_dollars(float(each["usd"])), each["unit"], each["page"], each["seen"])
        for each in costs.price_list()["prices"].values()
    ]
    return _table(("price", "per", "AWS's page", "read in"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
