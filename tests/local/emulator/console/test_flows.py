"""What a person does in the console, in Chromium."""

import json
from collections.abc import Iterator

import pytest

from tests.browser.axe import is_installed, violations
from tests.browser.tab import Tab
from tests.local.emulator.conftest import Emulator
from tests.local.emulator.console.world import HOSTILE, Console

TABS = ("overview", "diagram", "requests", "logs", "caches", "cdn", "buckets", "queues")


@pytest.fixture(scope="module")
def page(tab: Tab, console: Console) -> Iterator[Tab]:
    """Return a tab in which the console is open. Nothing of the app's data has run in it."""
    tab.look(width=1280)
    tab.open("about:blank")
    page = tab.open(console.link())
    assert page.problems == []
    assert page.foreign == set()
    tab.wait_for("document.querySelector('.connection.live')")
    yield tab
    assert tab.evaluate("document.title") != "pwned"


def go(page: Tab, place: str) -> None:
    page.evaluate("location.hash = '#/nowhere'")
    page.evaluate(f"location.hash = '#/{place}'")


def send(page: Tab, target: str, path: str) -> None:
    go(page, "requests")
    page.wait_for("document.querySelector('#target option')")
    page.evaluate(
        f"for (const each of document.querySelectorAll('#target option'))"
        f" if (each.text.startsWith({json.dumps(target)})) each.selected = true"
    )
    page.type("#path", path)
    page.press("Enter")


def test_the_overview_shows_what_is_deployed_and_where(page: Tab, cloud: Emulator) -> None:
    go(page, "overview")
    page.wait_for_text("shop-handler")
    text = str(page.evaluate("document.querySelector('main').innerText"))
    assert f"http://127.0.0.1:{cloud.cdn}/" in text
    assert f"http://127.0.0.1:{cloud.api}/prod/" in text
    assert "create complete" in text
    page.click("summary")
    page.wait_for_text("AWS::ElastiCache::ReplicationGroup")


@pytest.mark.parametrize("place", ["buckets/100%", "toString", "/"])
def test_an_address_that_a_person_misspelt_is_the_overview(page: Tab, place: str) -> None:
    go(page, "queues")
    page.wait_for("document.title.startsWith('Queues')")
    page.evaluate(f"location.hash = '#/{place}'")
    page.wait_for("document.title.startsWith('Overview')")


def test_a_request_shows_event_log_and_answer(page: Tab) -> None:
    send(page, "API", "/orders/7?page=2")
    page.wait_for_text("Answer", ".detail h3")
    page.wait_for_text("INFO serving /orders/7", ".detail")
    text = str(page.evaluate("document.querySelector('.detail').textContent"))
    assert '"queryStringParameters": {\n    "page": "2"\n  }' in text
    assert HOSTILE in text
    assert page.evaluate("document.querySelectorAll('main img').length") == 0
    page.wait_for_text("GET /prod/orders/7?page=2", "tbody tr")


def test_a_log_is_seen_while_the_function_runs(page: Tab) -> None:
    send(page, "API", "/slow")
    page.wait_for_text("INFO part 1", ".detail")
    assert page.evaluate("document.querySelector('.detail h2').innerText") == "GET is under way"
    page.wait_for_text("INFO part 2", ".detail")
    page.wait_for_text("Answer", ".detail h3")


def test_a_failure_says_why(page: Tab) -> None:
    send(page, "API", "/broken")
    page.wait_for_text("the function shop-handler failed with ValueError", ".detail")
    page.wait_for_text("Internal server error", ".detail")
    page.wait_for_text('raise ValueError("this path is broken")', ".detail")


def test_a_request_is_sent_again_after_a_change(page: Tab) -> None:
    send(page, "CDN", "/api/again?x=1")
    page.wait_for_text("Edit and send again", ".detail")
    page.click(".detail button.quiet")
    assert page.evaluate("document.querySelector('#path').value") == "/api/again?x=1"
    page.type("#path", "/api/again?x=2")
    page.click("button.primary")
    page.wait_for_text("GET /api/again?x=2", ".detail h2")


def test_requests_of_others_appear_as_they_come(page: Tab, cloud: Emulator) -> None:
    go(page, "requests")
    page.wait_for_text("Last requests")
    cloud.request("GET", cloud.at_api("/prod/from-a-test"))
    page.wait_for_text("GET /prod/from-a-test", "tbody")
    page.click("tbody tr button")
    page.wait_for_text("INFO serving /from-a-test", ".detail")


def test_the_log_of_a_function_goes_on(page: Tab, cloud: Emulator) -> None:
    cloud.request("GET", cloud.at_api("/prod/before"))
    go(page, "logs/shop-handler")
    page.wait_for_text("INFO serving /before", ".lines")
    cloud.request("GET", cloud.at_api("/prod/after"))
    page.wait_for_text("INFO serving /after", ".lines")
    page.type("#filter", "/after")
    visible = page.evaluate(
        "[...document.querySelectorAll('.lines div')].filter((each) => !each.hidden)"
        ".map((each) => each.innerText)"
    )
    assert visible == ["INFO serving /after"]


def test_caches_show_values_by_codec_and_lives_without_counting_looks(
    page: Tab, console: Console
) -> None:
    go(page, "caches/shop-redis")
    page.wait_for_text("orders/8.json", "table")
    figures = "document.querySelector('[aria-current=true]').innerText"
    before = page.evaluate(figures)
    assert "67 %" in str(before)
    page.click("tbody tr:nth-child(2) button")
    page.wait_for_text("orders/7.json", ".detail h2")
    page.wait_for_text("JSON, compressed", ".detail")
    page.wait_for_text('"customer": "Ada"', ".detail")
    page.wait_for_text("min", ".detail dl")
    page.click("tbody tr:nth-child(3) button")
    page.wait_for_text("Served if the source fails", ".detail")
    page.type("#match", "text:<")
    page.press("Enter")
    page.wait_for(f"document.querySelector('tbody').innerText.includes({json.dumps(HOSTILE)})")
    page.wait_for("document.querySelectorAll('tbody tr').length === 1")
    found = console.get("/api/caches").json()["caches"]
    assert [(each["name"], each["hits"], each["misses"]) for each in found] == [
        ("shop-redis", 2, 1),  # a hit of the primary and one of the replica
        ("shop-views", 1, 1),
    ]
    go(page, "caches/shop-views")
    page.wait_for_text("views:espresso", "table")
    page.click("tbody tr button")
    page.wait_for_text("41", ".detail pre")
    assert console.get("/api/caches").json()["caches"][1]["hits"] == 1


def test_collections_show_their_items(console: Console, cloud: Emulator) -> None:
    keys = {
        each["name"]: each["key"]
        for each in console.get("/api/caches/keys", {"cache": "shop-redis"}).json()["keys"]
    }

    def value(name: str) -> dict[str, object]:
        found: dict[str, object] = console.get(
            "/api/caches/value", {"cache": "shop-redis", "key": keys[name]}
        ).json()
        return found

    basket = value("basket:ada")
    assert basket["total"] == 2
    assert str(basket["items"]).count("'codec': 'JSON'") == 2
    assert [each["name"] for each in value("popular")["items"]] == ["3", "12"]  # type: ignore[attr-defined]


def test_the_cdn_is_invalidated_by_path_and_by_tag(page: Tab, cloud: Emulator) -> None:
    for _request in range(2):
        assert cloud.request("GET", cloud.at_cdn("/")).status == 200
    go(page, "cdn")
    page.wait_for_text("/index.html", "table")
    page.type("#items", "products")
    page.press("Enter")
    page.wait_for_text("an invalidation has up to 100 paths", "[role=alert]")
    page.type("#items", "/index*")
    page.click("button.primary")
    page.wait_for_text("1 response dropped by /index*.")
    page.wait_for_text("Nothing is cached yet.")
    page.type("#items", "#products")
    page.click("button.primary")
    page.wait_for_text("0 responses dropped by #products.")


def test_objects_are_listed_seen_and_deleted_after_a_question(page: Tab, cloud: Emulator) -> None:
    go(page, "buckets")
    page.wait_for_text("shop-site")
    page.click("main td a")
    page.wait_for_text("index.html", "table")
    page.click("tbody tr td button")
    page.wait_for_text("max-age=300", ".detail")
    page.wait_for_text("<h1>Shop</h1>", ".detail pre")
    page.evaluate("document.querySelector('tbody a').click()")
    page.wait_for_text("data.bin", "table")
    page.wait_for(f"document.querySelector('table').innerText.includes({json.dumps(HOSTILE)})")
    cloud.client("s3").put_object(Bucket="shop-site", Key="notes/a gone ä.txt", Body=b"x")
    go(page, "buckets/shop-site/notes%2F")
    page.wait_for_text("a gone ä.txt", "table")
    page.evaluate(
        "[...document.querySelectorAll('tbody button')].find((each) =>"
        " each.innerText.startsWith('a gone')).click()"
    )
    page.click(".detail .danger")
    page.wait_for_text("Delete notes/a gone ä.txt from shop-site?", "dialog")
    page.press("Escape")
    page.wait_for("!document.querySelector('dialog')")
    assert cloud.client("s3").head_object(Bucket="shop-site", Key="notes/a gone ä.txt")
    page.click(".detail .danger")
    page.click("dialog .danger")
    page.wait_for("!document.querySelector('table').innerText.includes('gone')")


def test_messages_are_seen_without_being_received_and_dead_letters_go_back(
    page: Tab, cloud: Emulator
) -> None:
    sqs = cloud.client("sqs")
    failed = sqs.get_queue_url(QueueName="orders-failed")["QueueUrl"]
    go(page, "queues")
    page.wait_for_text("of orders")
    page.evaluate("[...document.querySelectorAll('td a')].at(-1).click()")
    page.wait_for_text("Move 2 messages back")
    page.click(".message summary")
    page.wait_for_text('"order": 2', ".message pre")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = sqs.get_queue_attributes(QueueUrl=failed, AttributeNames=names)["Attributes"]
    assert counts == {names[0]: "2", names[1]: "0"}
    page.click("#messages + button")
    page.click("dialog .danger")
    page.wait_for_text("2 messages moved back.", "#announcement")
    page.wait_for_text("The queue is empty.")
    page.wait_for("document.querySelector('tbody tr').innerText.includes('3')")


def test_the_diagram_is_of_what_is_deployed_and_lights_up(page: Tab, cloud: Emulator) -> None:
    go(page, "diagram")
    page.wait_for("document.querySelector('.picture svg')", seconds=60)
    page.wait_for_text("CloudFront distribution", ".picture")
    cloud.request("GET", cloud.at_api("/prod/slow"))
    page.wait_for("document.querySelector('.console-lit')")
    page.evaluate("document.querySelector('.console-lit').focus()")
    page.press("Enter")
    page.wait_for_text("shop-handler", ".detail table")


def test_the_keyboard_reaches_everything(page: Tab, console: Console) -> None:
    page.open(f"{console.origin}/")
    page.wait_for_text("shop-handler")
    reached = []
    for _press in range(11):
        page.press("Tab")
        reached.append(page.focused())
    assert reached[0] == "Skip to the content"
    assert reached[1:9] == [name.upper() if name == "cdn" else name.capitalize() for name in TABS]
    assert reached[9].startswith("http://127.0.0.1:")
    page.evaluate("document.querySelector('[data-tab=queues]').focus()")
    page.press("Enter")
    page.wait_for("document.activeElement.tagName === 'H1'")
    assert page.focused() == "Queues"


def test_a_deployment_is_seen_as_it_happens(page: Tab, cloud: Emulator) -> None:
    go(page, "overview")
    page.wait_for_text("shop-handler")
    cloud.deploy("Later", {"Topic": {"Type": "AWS::SNS::Topic"}})
    page.wait_for_text("Later", "main")
    go(page, "diagram")
    page.wait_for_text("SNS topic", ".picture")
    cloud.destroy("Later")
    page.wait_for("!document.querySelector('.picture').innerHTML.includes('SNS topic')")


@pytest.mark.skipif(not is_installed(), reason="axe-core is missing: npm ci")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_the_window(
    page: Tab, dark: bool
) -> None:
    found = []
    for name in TABS:
        go(page, name)
        page.wait_for(f"document.querySelector('[data-tab={name}][aria-current]')")
        page.wait_for("document.querySelector('.view')?.childElementCount")
        page.look(width=1280, dark=dark)
        found += [f"{name}: {each}" for each in violations(page)]
        page.look(width=390, height=800, dark=dark)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found += [f"{name} is {wide} pixels too wide"] if wide else []
    page.look(width=1280)
    assert found == []
