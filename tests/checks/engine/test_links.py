import pytest

from serverless_stack.checks.engine.template import Link, Reference, Template, references_in

Json = dict[str, object]


def links(properties: Json, **attributes: object) -> list[Link]:
    described = {"Type": "Some::Thing", "Properties": properties, **attributes}
    return list(Template({"Resources": {"Thing": described}}).links)


def value(written: object, **sections: object) -> object:
    described: Json = {"Type": "Some::Thing", "Properties": {"Value": written}}
    others: Json = {
        "Api": {"Type": "AWS::ApiGateway::RestApi"},
        "Url": {"Type": "AWS::Lambda::Url"},
        "Bucket": {"Type": "AWS::S3::Bucket"},
    }
    template = Template({"Resources": {"Thing": described, **others}, **sections})
    (found,) = template.of_type("Some::Thing")
    return found.get("Value")


@pytest.mark.parametrize(
    ("written", "kind", "target", "attribute"),
    [
        ({"Ref": "A"}, "Ref", "A", ""),
        ({"Fn::GetAtt": ["A", "B"]}, "GetAtt", "A", "B"),
        ({"Fn::GetAtt": "A.B.C"}, "GetAtt", "A", "B.C"),
        ({"Fn::Sub": "x ${A} ${!C}"}, "Ref", "A", ""),
        ({"Fn::Sub": ["${A.B}${c}", {"c": "d"}]}, "GetAtt", "A", "B"),
        ({"Fn::FindInMap": ["A", "b", "c"]}, "FindInMap", "A", ""),
    ],
)
def test_each_way_to_refer(written: Json, kind: str, target: str, attribute: str) -> None:
    (found,) = links({"Value": [written]})
    assert (found.source, found.path) == ("Thing", "Properties.Value.0")
    assert (found.kind, found.target, found.attribute) == (kind, target, attribute)


def test_links_name_their_conditions() -> None:
    condition, one, other = links({"Value": {"Fn::If": ["Big", {"Ref": "A"}, {"Ref": "B"}]}})
    assert (condition.kind, condition.target) == ("Condition", "Big")
    assert (one.target, one.branches) == ("A", frozenset({("Big", True)}))
    assert (other.target, other.branches) == ("B", frozenset({("Big", False)}))


def test_dependencies_and_conditions_of_resources() -> None:
    found = links({}, DependsOn=["A", "B"], Condition="Big")
    assert [(link.kind, link.target) for link in found] == [
        ("Condition", "Big"),
        ("DependsOn", "A"),
        ("DependsOn", "B"),
    ]


def test_a_key_of_a_policy_is_no_condition() -> None:
    assert links({"Statement": [{"Condition": "Big"}]}) == []


def test_exported_resources() -> None:
    exported: Json = {"Value": {"Ref": "A"}, "Export": {"Name": "a"}}
    outputs: Json = {"One": exported, "Two": {"Value": {"Ref": "B"}}}
    assert Template({"Outputs": outputs}).exported == {"A"}


@pytest.mark.parametrize(
    "written",
    [
        {"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "Bucket"}, "/*"]]},
        {"Fn::Sub": "arn:aws:s3:::${Bucket}/*"},
        {"Fn::Sub": ["arn:aws:s3:::${b}/*", {"b": {"Ref": "Bucket"}}]},
    ],
)
def test_texts_keep_their_references(written: Json) -> None:
    found = value(written)
    assert found == "arn:aws:s3:::${Token[Bucket]}/*"
    assert [each.logical_id for each in references_in(found)] == ["Bucket"]


@pytest.mark.parametrize("written", [{"Fn::Sub": "${Bucket.Arn}"}, {"Fn::GetAtt": "Bucket.Arn"}])
def test_a_text_of_one_reference_is_one(written: Json) -> None:
    found = value(written)
    assert isinstance(found, Reference)
    assert (found.logical_id, found.attribute) == ("Bucket", "Arn")


def part(number: int, text: object) -> Json:
    return {"Fn::Select": [number, {"Fn::Split": ["/", text]}]}


def test_the_host_of_an_api_is_seen() -> None:
    address = {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/prod/"}
    host = value(part(2, address))
    assert host == "${Token[Api]}.execute-api.${Token[AWS::Region]}.${Token[AWS::URLSuffix]}"
    assert value(part(3, address)) == "prod"


def test_the_host_of_a_function_is_seen() -> None:
    found = value(part(2, {"Fn::GetAtt": ["Url", "FunctionUrl"]}))
    assert isinstance(found, Reference)
    assert found.logical_id == "Url"


@pytest.mark.parametrize(
    "text",
    [
        {"Fn::GetAtt": ["Bucket", "Arn"]},
        {"Fn::Sub": "a/${Bucket.Arn}"},
        {"Fn::Sub": "a/${Given}"},
        "a/{{resolve:ssm:x}}",
        "a/#{Token[TOKEN.1]}",
    ],
)
def test_tokens_that_may_contain_the_delimiter_are_not_split(text: object) -> None:
    assert value(part(0, text), Parameters={"Given": {"Type": "String"}}) == "${Token[unknown]}"
