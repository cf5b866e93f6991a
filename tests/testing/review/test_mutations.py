"""200 random edits of templates: the review agrees with CloudFormation about each."""

import functools

import pytest

from serverless_stack.testing.review import Action, Consequence, Review, review
from tests.testing.review import oracle
from tests.testing.review.bases import bases
from tests.testing.review.edits import KINDS, Edit, edit

NUMBER = 200


def numbers(kind: str) -> list[int]:
    return [number for number in range(NUMBER) if KINDS[number % len(KINDS)] == kind]


@functools.cache
def made(number: int) -> tuple[Edit, Review]:
    mutation = edit(number, bases())
    return mutation, review(mutation.before, mutation.after)


def ids(found: Review, at_least: Consequence) -> set[str]:
    """Return the logical ids of resources that are replaced, or that lose data."""
    return {
        change.logical_id
        for change in found.changes
        if change.consequence >= at_least
        and (change.action is Action.MODIFY or at_least is Consequence.DATA_LOSS)
    }


@pytest.mark.parametrize("number", range(NUMBER))
def test_the_review_of_an_edit_agrees_with_cloudformation(number: int) -> None:
    mutation, found = made(number)
    expected = oracle.outcome(mutation.before, mutation.after)
    assert ids(found, Consequence.DATA_LOSS) == expected.lost, mutation.kind
    assert ids(found, Consequence.REPLACEMENT) == expected.replaced, mutation.kind


@pytest.mark.parametrize("number", numbers("bump a handler"))
def test_a_changed_handler_has_no_interruption(number: int) -> None:
    mutation, found = made(number)
    assert found
    assert (found.worst, found.warnings) == (Consequence.NO_INTERRUPTION, ())
    assert mutation.touched <= {change.logical_id for change in found.changes}


@pytest.mark.parametrize("number", numbers("reorder"))
def test_another_order_is_no_change(number: int) -> None:
    mutation, found = made(number)
    assert str(mutation.before) != str(mutation.after)
    assert found.changes == ()


@pytest.mark.parametrize("number", numbers("change a library version"))
def test_a_library_version_changes_no_resource(number: int) -> None:
    _, found = made(number)
    assert found
    assert (found.worst, found.warnings) == (Consequence.NONE, ())


@pytest.mark.parametrize("number", numbers("rename a construct id"))
def test_a_renamed_construct_is_recognised(number: int) -> None:
    mutation, found = made(number)
    moved = {
        change.logical_id: change.new_logical_id
        for change in found.changes
        if change.action is Action.RENAME
    }
    assert moved == mutation.renamed
    assert {change.action for change in found.changes} <= {Action.RENAME, Action.MODIFY}
    for change in found.changes:
        if change.action is Action.RENAME and change.advice is not None:
            assert f'override_logical_id("{change.logical_id}")' in change.advice


@pytest.mark.parametrize("number", numbers("rename a construct id"))
def test_it_is_recognised_without_construct_paths(number: int) -> None:
    """`cdk synth` writes construct paths; an app without the CLI does not."""
    mutation = edit(number, bases())
    for template in (mutation.before, mutation.after):
        for resource in template["Resources"].values():
            del resource["Metadata"]
    found = review(mutation.before, mutation.after)
    moved = {c.logical_id: c.new_logical_id for c in found.changes if c.action is Action.RENAME}
    assert moved == mutation.renamed


@pytest.mark.parametrize("number", [*numbers("change one property"), *numbers("remove a resource")])
def test_edited_resources_are_named(number: int) -> None:
    mutation, found = made(number)
    assert mutation.touched <= {change.logical_id for change in found.changes}


@pytest.mark.parametrize("number", numbers("flip retention"))
def test_a_changed_retention_has_no_effect_by_itself(number: int) -> None:
    mutation, found = made(number)
    (name,) = mutation.touched
    (change,) = found.changes
    assert (change.logical_id, change.consequence) == (name, Consequence.NONE)
    old, new = (each["Resources"][name] for each in (mutation.before, mutation.after))
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        dropped = oracle.is_lost(new, policy) and not oracle.is_lost(old, policy)
        assert (f"retention dropped: {policy}" in str(change.warnings)) is dropped


def test_the_edits_cover_all_consequences() -> None:
    """The edits have data losses, replacements, and every kind."""
    mutations = [edit(number, bases()) for number in range(NUMBER)]
    outcomes = [oracle.outcome(each.before, each.after) for each in mutations]
    assert {each.kind for each in mutations} == set(KINDS)
    assert sum(bool(each.lost) for each in outcomes) >= 10
    assert sum(bool(each.replaced) for each in outcomes) >= 10
