"""Cache tags of files, and the pages of each build in a folder of its own."""

from serverless_stack._shared.content.rules import TagRule
from serverless_stack.operations.content.target import Target
from tests.operations.content.world import World

ONE = {"index.html": b"one", "docs/a.html": b"a", "app.1.js": b"x", "logo.png": b"png"}
TWO = {"index.html": b"two", "docs/a.html": b"a", "app.2.js": b"y", "logo.png": b"png"}
BUILDS = ".serverless-stack-builds/"


def metadata(world: World) -> dict[str, dict[str, str]]:
    listed = world.s3.list_objects_v2(Bucket=world.bucket, Prefix="site/")["Contents"]
    keys = [item["Key"] for item in listed]
    return {
        key.removeprefix("site/"): world.s3.head_object(Bucket=world.bucket, Key=key)["Metadata"]
        for key in keys
    }


def build_of(target: Target) -> str:
    (build,) = {key.split("/")[1] for key in target.files() if key.startswith(BUILDS)}
    return build


def test_files_get_the_tags_of_all_rules_that_match(world: World) -> None:
    rules = [TagRule("*.html", ("page", "all")), TagRule("docs/*", ("docs", "PAGE"))]
    world.deploy(world.target(ONE, tags=rules))
    tags = {key: item.get("cache-tag") for key, item in metadata(world).items()}
    assert tags == {
        "index.html": "page,all",
        "docs/a.html": "page,all,docs",
        "app.1.js": None,
        "logo.png": None,
    }


def test_tags_alone_are_written_without_bytes_and_invalidated(world: World) -> None:
    world.deploy(world.target(ONE))
    target = world.target(ONE, tags=[TagRule("docs/*", ("docs",))])
    result = world.deploy(target)
    assert [step for step in world.steps if "docs/" in step] == ["rewritten docs/a.html"]
    assert result.invalidated == ("docs/a.html",)
    assert metadata(world)["docs/a.html"] == {"cache-tag": "docs"}
    assert world.deploy(target).uploaded == 0
    world.deploy(world.target(ONE))
    assert metadata(world)["docs/a.html"] == {}


def test_a_generated_file_has_tags(world: World) -> None:
    tags = [TagRule("*.json", ("config",))]
    world.deploy(world.target(ONE, tags=tags, generated={"config.json": b"{}"}))
    assert metadata(world)["config.json"] == {"cache-tag": "config"}


def test_pages_name_their_build_and_are_in_its_folder(world: World) -> None:
    target = world.target(ONE, keeps_builds=True, tags=[TagRule("index.html", ("home",))])
    world.deploy(target)
    build = build_of(target)
    assert metadata(world) == {
        "index.html": {"build": build, "cache-tag": "home"},
        "docs/a.html": {"build": build},
        "app.1.js": {},
        "logo.png": {},
        f"{BUILDS}{build}/index.html": {"build": build, "cache-tag": "home"},
        f"{BUILDS}{build}/docs/a.html": {"build": build},
    }
    assert world.deploy(target).uploaded == 0


def test_the_folder_of_the_earlier_build_is_kept_for_the_grace_period(world: World) -> None:
    one, two = (world.target(content, keeps_builds=True) for content in (ONE, TWO))
    world.deploy(one)
    result = world.deploy(two)
    stored = world.stored()
    old, new = f"{BUILDS}{build_of(one)}/", f"{BUILDS}{build_of(two)}/"
    assert stored[f"{old}index.html"].body == b"one"
    assert stored[f"{old}index.html"].obsolete == "Test"
    assert stored[f"{old}docs/a.html"].obsolete == "Test"
    assert stored[f"{new}index.html"].body == b"two"
    assert stored[f"{new}docs/a.html"].obsolete is None
    # A page that did not change names another build by now; folders are never invalidated.
    assert result.invalidated == ("docs/a.html", "index.html")
    places = [world.steps.index(f"uploaded {key}") for key in (f"{new}index.html", "index.html")]
    assert places == sorted(places)


def test_going_back_brings_the_folder_back(world: World) -> None:
    one, two = (world.target(content, keeps_builds=True) for content in (ONE, TWO))
    for target in (one, two, one):
        world.deploy(target)
    stored = world.stored()
    assert stored[f"{BUILDS}{build_of(one)}/index.html"].obsolete is None
    assert stored[f"{BUILDS}{build_of(two)}/index.html"].obsolete == "Test"


def test_an_asset_alone_is_no_other_build(world: World) -> None:
    one = world.target(ONE, keeps_builds=True)
    other = world.target({**ONE, "logo.png": b"other"}, keeps_builds=True)
    assert build_of(one) == build_of(other)
    world.deploy(one)
    assert world.deploy(other).invalidated == ("logo.png",)
