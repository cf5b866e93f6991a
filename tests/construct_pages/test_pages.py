"""The pages of the constructs say what a synthesis of their examples gives."""

import re
import shutil
from xml.etree import ElementTree

import pytest

from serverless_stack.constructs.profiles.costs import totals
from tests.construct_pages import costs
from tests.construct_pages.__main__ import FOLDER, files
from tests.construct_pages.pages import PAGES, Page
from tests.construct_pages.pictures import PICTURES, ROOT, graph_of, picture_of
from tests.construct_pages.synthesis import Resource, names, resources_of
from tests.test_public_api import NAMES

DOCS = FOLDER.parent
# In this order on each page; what is special to a construct stands before "Connecting".
HEADINGS = (
    "Example",
    "Picture",
    "What it creates",
    "Default settings",
    "Connecting",
    "Escaping to raw CDK",
    "Cost",
    "Clean-up",
    "Limits",
)
WITHOUT_SETTINGS = ("cache_dashboard", "dashboard")


def test_the_generated_tables_are_those_of_a_synthesis() -> None:
    """``python -m tests.construct_pages`` writes them again."""
    written = {path: path.read_text("utf-8") for path in FOLDER.glob("*.md")}

    assert written == files()


def test_every_construct_and_every_example_has_a_page() -> None:
    assert {page.title for page in PAGES} >= set(NAMES)
    assert sorted(page.name for page in PAGES) == names()
    assert {path.stem for path in DOCS.glob("*.md")} == {
        "index",
        "prices",
        *(page.name for page in PAGES),
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_these_headings(page: Page) -> None:
    text = (DOCS / f"{page.name}.md").read_text("utf-8")

    assert text.startswith(f"# {page.title}\n")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert tuple(heading for heading in headings if heading in HEADINGS) == HEADINGS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_shows_its_example_and_what_is_generated(page: Page) -> None:
    text = (DOCS / f"{page.name}.md").read_text("utf-8")

    assert f"examples/constructs/{page.name}.py" in text
    for part in ("picture", "creates", "cost", "defaults"):
        included = f"```{{include}} generated/{page.name}.{part}.md" in text
        assert included is (part != "defaults" or page.name not in WITHOUT_SETTINGS), part


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_picture_shows_every_box_of_the_example(page: Page) -> None:
    """The layout takes Node.js; what the boxes say does not."""
    picture = ElementTree.fromstring((PICTURES / f"{page.name}.svg").read_text("utf-8"))
    titles = [each.text or "" for each in picture.iter("{http://www.w3.org/2000/svg}title")]
    names = ["".join(title.split()) for title in titles]
    graph = graph_of(page)

    assert graph.nodes
    for node in graph.nodes:
        name = "".join(f"{node.title}{node.label}".split())
        assert any(each.startswith(name) for each in names), name


def test_a_picture_is_the_same_each_time() -> None:
    if shutil.which("node") is None or not (ROOT / "node_modules" / "elkjs").is_dir():
        pytest.skip("needs Node.js and elkjs")
    page = PAGES[2]

    assert picture_of(page) == (PICTURES / f"{page.name}.svg").read_text("utf-8")


def resource(kind: str, **properties: object) -> Resource:
    return Resource("Thing", {"Type": kind, "Properties": properties}, "Shop")


@pytest.mark.parametrize(
    ("kind", "properties", "dollars"),
    [
        (
            "AWS::ElastiCache::ReplicationGroup",
            {"Engine": "redis", "CacheNodeType": "cache.t4g.micro", "NumCacheClusters": 3},
            3 * 0.016 * 730,
        ),
        (
            "AWS::ElastiCache::CacheCluster",
            {"CacheNodeType": "cache.t4g.micro", "NumCacheNodes": 2},
            2 * 0.016 * 730,
        ),
        ("AWS::ElastiCache::ServerlessCache", {"Engine": "valkey"}, 0.1 * 0.084 * 730),
        (
            "AWS::EC2::VPCEndpoint",
            {"VpcEndpointType": "Interface", "SubnetIds": ["a", "b"]},
            2 * 0.01 * 730,
        ),
        ("AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Gateway"}, 0),
        ("AWS::WAFv2::WebACL", {"Rules": [{}, {}, {}, {}]}, 9),
        ("AWS::KMS::Key", {}, 1),
        ("AWS::SecretsManager::Secret", {}, 0.4),
        ("AWS::CloudWatch::Alarm", {}, 0.1),
        ("AWS::Lambda::Function", {}, 0),
    ],
)
def test_what_is_billed_at_rest(kind: str, properties: dict[str, object], dollars: float) -> None:
    assert costs.total(costs.at_rest([resource(kind, **properties)])) == pytest.approx(dollars)


def test_a_million_requests_to_a_function() -> None:
    # A million calls, and 25,000 GB-seconds: a tenth of a second with a quarter of a GB each.
    expected = 0.20 + 25_000 * 0.0000133334
    assert costs.total(costs.REQUESTS["function"]) == pytest.approx(expected)


def test_the_costs_of_the_profiles_use_the_same_prices() -> None:
    """With the Memcached cluster, the application of the page is that of the profiles' table."""
    resources = (*resources_of("serverless_stack"), *resources_of("memcached_cache"))
    lines = costs.at_rest(resources)

    assert costs.total(lines) == pytest.approx(totals()[1])


def test_every_price_is_used_or_dated() -> None:
    prices = costs.price_list()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", prices["date"])
    assert prices["region"] == "us-east-1"
    for each in prices["prices"].values():
        assert each.keys() == {"usd", "unit", "page", "seen"}
        assert each["usd"] > 0
        assert all(each[key] for key in ("unit", "page", "seen"))


def test_no_generated_file_is_a_page_of_its_own() -> None:
    configuration = (ROOT / "docs" / "conf.py").read_text("utf-8")
    assert '"constructs/generated"' in configuration
