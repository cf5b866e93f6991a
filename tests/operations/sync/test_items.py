from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.operations.sync.actions import Action, Actions
from serverless_stack.operations.sync.items import Item, Items, ordered, pairs

KEYS = st.text(min_size=1) | st.text("ab/\udc80\U0001f600", min_size=1)
CONTENT = st.none() | st.text(min_size=1) | st.binary(min_size=16, max_size=16).map(bytes.hex)
SIZES = st.integers(0, 5 << 40)
ITEMS = st.builds(Item, KEYS, SIZES, CONTENT, st.none() | st.text(min_size=1), st.just("tag"))
ACTIONS = st.builds(
    Action, st.sampled_from(["upload", "rewrite", "delete"]), KEYS, SIZES, st.booleans()
)


def packed(items: dict[str, Item]) -> Items:
    made = Items()
    for item in items.values():
        made.add(item)
    return made.settled()


SIDES = st.lists(ITEMS).map(lambda items: {item.key: item for item in items})


@given(SIDES)
def test_items_are_what_was_added_in_the_order_of_the_keys(items: dict[str, Item]) -> None:
    found = packed(items)
    assert found == items
    assert list(found) == sorted(items)
    assert list(ordered(found)) == list(ordered(items))
    assert "no such key" not in found


def test_the_tag_of_a_small_object_is_its_content() -> None:
    item = Item(
        "k", 1, "0cc175b9c0f1b6a831c399e269772661", None, "0cc175b9c0f1b6a831c399e269772661"
    )
    assert packed({"k": item})["k"] == item


@given(SIDES, SIDES)
def test_pairs_are_both_sides_by_key(ours: dict[str, Item], theirs: dict[str, Item]) -> None:
    assert list(pairs(packed(ours), theirs)) == [
        (key, ours.get(key), theirs.get(key)) for key in sorted({*ours, *theirs})
    ]


@given(st.lists(ACTIONS))
def test_actions_are_a_sequence(actions: list[Action]) -> None:
    found = Actions()
    found.extend(actions)
    assert found == tuple(actions)
    assert tuple(actions) == found
    assert found[1:3] == tuple(actions[1:3])
    assert repr(found) == repr(tuple(actions))
    assert found != (*actions, Action("upload", "x"))
    if actions:
        assert found[-1] == actions[-1]
