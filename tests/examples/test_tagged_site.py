"""`examples/tagged_site`: an invalidation by tag, and a visitor who keeps his build."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from serverless_stack._shared.contract import BUILD_COOKIE as COOKIE
from tests.local.emulator.assemblies import deploy
from tests.local.emulator.conftest import Emulator, Reply, start, stop

REPOSITORY = Path(__file__).parents[2]
PATHS = ("/", "/docs/", "/assets/app.1.js", "/api/products/42", "/api/products/7")


@dataclass
class Shop:
    """The deployed example, and the copy of it that tests change."""

    cloud: Emulator
    folder: Path
    outputs: dict[str, str]

    def get(self, path: str, cookie: str | None = None) -> Reply:
        headers = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
        reply = self.cloud.request("GET", self.cloud.at_cdn(path), headers)
        assert reply.status == 200, (path, reply.body)
        return reply

    def outcomes(self) -> dict[str, str]:
        return {path: str(self.get(path).header("x-cache")).split()[0] for path in PATHS}

    def invalidate(self, *items: str) -> None:
        self.cloud.client("cloudfront").create_invalidation(
            DistributionId=self.outputs["DistributionId"],
            InvalidationBatch={
                "Paths": {"Quantity": len(items), "Items": list(items)},
                "CallerReference": str(time.monotonic_ns()),
            },
        )

    def deploy(self) -> None:
        assembly = self.folder / "cdk.out"
        environment = {**os.environ, "CDK_OUTDIR": str(assembly)}
        command = [sys.executable, "app.py"]
        subprocess.run(command, cwd=self.folder, env=environment, check=True, timeout=120)
        self.outputs = deploy(self.cloud, assembly, "TaggedSite")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("tagged") / "app"
    shutil.copytree(REPOSITORY / "examples" / "tagged_site", folder)
    cloud = start(tmp_path_factory.mktemp("cloud"), tmp_path_factory.mktemp("overlays"))
    shop = Shop(cloud, folder, {})
    try:
        shop.deploy()
        yield shop
    finally:
        stop(cloud)


@pytest.mark.parametrize(
    ("items", "dropped"),
    [
        (["#product-42"], {"/docs/", "/api/products/42"}),
        (["#PAGE"], {"/", "/docs/"}),
        (["#prices", "/assets/*"], {"/api/products/42", "/api/products/7", "/assets/app.1.js"}),
        (["#product-4"], set()),
    ],
)
def test_a_tag_drops_its_answers_and_leaves_the_rest(
    shop: Shop, items: list[str], dropped: set[str]
) -> None:
    shop.outcomes()
    assert set(shop.outcomes().values()) == {"Hit"}
    shop.invalidate(*items)
    assert {path for path, outcome in shop.outcomes().items() if outcome == "Miss"} == dropped


def test_objects_and_answers_have_the_header(shop: Shop) -> None:
    assert shop.get("/docs/").header("x-amz-meta-cache-tag") == "page,docs,product-42"
    assert shop.get("/api/products/42").header("x-amz-meta-cache-tag") == "prices,product-42"


def test_a_malformed_tag_is_refused(shop: Shop) -> None:
    with pytest.raises(Exception, match="InvalidArgument"):
        shop.invalidate("#a b")


def test_a_visitor_keeps_his_build(shop: Shop) -> None:
    first = shop.get("/")
    cookie = str(first.header("set-cookie")).partition(";")[0].removeprefix(f"{COOKIE}=")
    old = first.header("x-amz-meta-build")
    assert cookie.startswith(f"{old}.")
    index = shop.folder / "site" / "index.html"
    index.write_text(index.read_text().replace("Shop", "New shop").replace("app.1", "app.2"))
    assets = shop.folder / "site" / "assets"
    (assets / "app.1.js").rename(assets / "app.2.js")
    shop.deploy()
    again = shop.get("/", cookie)
    assert (again.body, again.header("x-amz-meta-build")) == (first.body, old)
    assert again.header("set-cookie") is None
    assert shop.get("/assets/app.1.js", cookie).body == b'document.title += " 1";\n'
    assert shop.get("/docs/", cookie).header("x-amz-meta-build") == old
    other = shop.get("/")
    assert b"New shop" in other.body
    assert other.header("x-amz-meta-build") not in (old, None)
    assert shop.get("/docs/").header("x-amz-meta-build") == other.header("x-amz-meta-build")
    expired = f"{old}.{int(time.time()) - 1}"
    assert shop.get("/", expired).body == other.body
