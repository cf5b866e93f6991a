from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.violations import (
    MAX_SHOWN,
    REDACTED,
    check_count,
    check_length,
    check_range,
    check_text,
    check_unique,
    findings_from,
    violation,
)


def resource(**properties: object) -> Resource:
    described = {"Type": "Some::Thing", "Properties": properties}
    (made,) = Template({"Resources": {"Thing": described}}).all()
    return made


def test_a_message_has_property_requirement_value_and_nearest_value() -> None:
    found = violation("Port", "be 80", 81.0, 80)
    assert found.message == "`Port` must be 80, got: 81 (nearest accepted: 80)"
    assert found.value == 81


def test_long_values_are_shortened_in_messages() -> None:
    found = violation("Name", "be short", "a" * 100_000, "b" * 100_000)
    assert len(found.message) < 3 * MAX_SHOWN
    assert found.value == "a" * 100_000


def test_ranges() -> None:
    thing = resource(Low="0", High=9, Token={"Ref": "Port"})
    names = ("Low", "High", "Token", "Absent")
    messages = [each.message for name in names for each in check_range(thing, name, 1, 4)]
    assert messages == [
        "`Low` must be between 1 and 4, got: 0 (nearest accepted: 1)",
        "`High` must be between 1 and 4, got: 9 (nearest accepted: 4)",
    ]


def test_counts_and_lengths() -> None:
    thing = resource(Items=[1, 2, 3], Name="abc")
    assert list(check_count(thing, "Items", 3, "items")) == []
    assert list(check_length(thing, "Name", 3)) == []
    (count,) = check_count(thing, "Items", 2, "items")
    assert count.message == "`Items` must have at most 2 items, got: 3 (nearest accepted: 2)"
    (length,) = check_length(thing, "Name", 2)
    assert length.message == "`Name` must have at most 2 characters, got: 3 (nearest accepted: 2)"


def test_the_second_of_equal_texts_is_a_violation() -> None:
    thing = resource(Items=[{"Id": "a"}, {"Id": {"Ref": "B"}}, {"Id": {"Ref": "B"}}, {"Id": "a"}])
    paths = [f"{path}.Id" for path in thing.paths("Items")]
    assert [each.property for each in check_unique(thing, paths)] == ["Items.3.Id"]


def test_texts_are_checked_if_they_are_known() -> None:
    thing = resource(Name="a", Token={"Ref": "B"}, Number=1)

    def refuse(text: str, path: str) -> list[str]:
        return [f"`{path}` must not be {text}"]

    names = ("Name", "Token", "Number", "Absent")
    found = [each for name in names for each in check_text(thing, name, refuse)]
    assert [each.message for each in found] == ["`Name` must not be a"]


def test_messages_become_violations_of_their_property() -> None:
    thing = resource(Name="A", AuthToken="secret")
    messages = ["`Name` must be `x`, got: 'A'", "`Gone` must be set", "`AuthToken` must be long"]
    found = list(findings_from(thing, messages, {"Gone": 1}))
    assert [(each.property, each.value) for each in found] == [
        ("Name", "A"),
        ("Gone", None),
        ("AuthToken", REDACTED),
    ]
    assert found[1].message == "`Gone` must be set (nearest accepted: 1)"
