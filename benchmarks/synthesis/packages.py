"""What the twins deploy: the packages that our synthesis made, as folders."""

import json
import shutil
import zipfile
from pathlib import Path

from benchmarks.synthesis.processes import Tool


def write_packages(ours: Tool, folder: Path) -> None:
    """Synthesize the README's application, and copy its packages for the twins.

    Args:
        ours: This library.
        folder: Where the packages are written, one folder each.
    """
    out = folder / "cdk.out"
    ours.run("parts", 7, out)
    resources = json.loads((out / "Shop.template.json").read_text())["Resources"]
    files = json.loads((out / "Shop.assets.json").read_text())["files"]

    def copy(key: str, name: str) -> None:
        source = out / files[key.partition(".")[0]]["source"]["path"]
        if source.is_dir():
            shutil.copytree(source, folder / name)
        elif zipfile.is_zipfile(source):
            with zipfile.ZipFile(source) as packed:
                packed.extractall(folder / name)
        else:
            shutil.copy(source, folder / name)

    for resource in resources.values():
        properties = resource["Properties"]
        if resource["Type"] == "AWS::Lambda::Function":
            words = properties["Handler"].split(".")
            copy(properties["Code"]["S3Key"], "handler" if words[0] == "index" else words[2])
        elif resource["Type"] == "Custom::ContentDeployment":
            copy(properties["Sources"][0]["Key"], "site")
            copy(properties["Sources"][0]["IndexKey"], "index.json")
    shutil.rmtree(out)
