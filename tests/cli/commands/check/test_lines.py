import json
import sys
from pathlib import Path

import pytest

from serverless_stack.cli.commands.check.lines import Lines

YAML = """\
# A template.
Resources:
  Uploads:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: uploads
      LifecycleConfiguration: !If
        - Old
        - Rules:
            - ExpirationInDays: 0
        - !Ref AWS::NoValue
      CorsConfiguration:
        CorsRules:
          - AllowedMethods: [GET]
          - AllowedMethods:
              - PUT
              - PATCH
  Empty:
"""


@pytest.mark.parametrize(
    ("logical_id", "property", "line"),
    [
        ("", "", 1),
        ("Uploads", "", 3),
        ("Uploads", "BucketName", 6),
        ("Uploads", "CorsConfiguration.CorsRules.1.AllowedMethods.1", 17),
        ("Uploads", "CorsConfiguration.CorsRules.7", 13),
        ("Uploads", "LifecycleConfiguration.Rules.0.ExpirationInDays", 7),
        ("Uploads", "Absent", 5),
        ("Empty", "BucketName", 18),
        ("Absent", "BucketName", 2),
    ],
)
def test_of_yaml(tmp_path: Path, logical_id: str, property: str, line: int) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(YAML)
    assert Lines(path).of(logical_id, property) == line


@pytest.mark.parametrize("indent", [1, 4, "\t"])
def test_of_json(tmp_path: Path, indent: int | str) -> None:
    path = tmp_path / "t.json"
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"A": [1, {"B": 2}]}}
    path.write_text(json.dumps({"Resources": {"Bucket": bucket}}, indent=indent))
    assert Lines(path).of("Bucket", "A.1.B") == 9


@pytest.mark.parametrize(
    ("property", "line"),
    [("", 4), ("A", 7), ("A.0", 7), ("A.1", 8), ("A.1.0", 9), ("B", 12), ("B.C", 12), ("D", 5)],
)
def test_places_in_json_as_in_yaml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, property: str, line: int
) -> None:
    """Strings with brackets and quotes, empty values, and keys of the same name elsewhere."""
    path = tmp_path / "t.json"
    path.write_text(
        """{ "Description": "}],\\"{[",
  "Parameters": {}, "Mappings": [],
  "Resources" :
    {"Bucket": {"Type": "B",
      "Properties" :
        {
          "A": ["]",
            [
              {}
            ]
          ],
          "\\u0042": {"C": null}
    }}}
}"""
    )
    assert Lines(path).of("Bucket", property) == line
    monkeypatch.setattr("serverless_stack.cli.commands.check.lines._DECODER", _NoDecoder())
    assert Lines(path).of("Bucket", property) == line


class _NoDecoder:
    def raw_decode(self, text: str, start: int) -> object:
        raise ValueError("not JSON")


def test_texts_that_are_not_yaml_have_one_line(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('{"Resources": [}')
    assert Lines(path).of("Bucket", "A") == 1


def test_without_pyyaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    (tmp_path / "t.yaml").write_text(YAML)
    assert Lines(tmp_path / "t.yaml").of("Uploads", "") == 1
    (tmp_path / "t.json").write_text('{"Resources":\n{"Uploads": {}}}')
    assert Lines(tmp_path / "t.json").of("Uploads", "") == 2
