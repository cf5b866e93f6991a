"""Each need alone, pairs, conflicts, and properties that hold for any needs."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_stack.operations.advice import NEEDS, OPTIONS, Advice, Fit, advise, fact

NAMES = [need.name for need in NEEDS]
BY_NAME = {need.name: need for need in NEEDS}
SUBSETS = st.lists(st.sampled_from(NAMES), min_size=1, unique=True)


def recommended(*needs: str) -> str:
    return advise(needs=needs).option.title


@pytest.mark.parametrize(
    ("need", "option"),
    [
        ("encryption", "serverless Redis"),
        ("persistence", "serverless Redis"),
        ("replication", "serverless Redis"),
        ("data-types", "serverless Redis"),
        ("pub-sub", "serverless Redis"),
        ("multi-threading", "Memcached on nodes"),
        ("simplicity", "serverless Memcached"),
        ("scale", "serverless Redis"),
        ("unpredictable-traffic", "serverless Redis"),
        ("control", "Redis on nodes"),
    ],
)
def test_one_need(need: str, option: str) -> None:
    advice = advise(needs=[need])
    assert advice.option.title == option
    assert [reason.need for reason in advice.reasons] == [need]
    assert (advice.shortfalls, advice.conflicts) == ((), ())


@pytest.mark.parametrize(
    ("needs", "option"),
    [
        (("multi-threading", "simplicity"), "Memcached on nodes"),
        (("multi-threading", "scale"), "Memcached on nodes"),
        (("simplicity", "persistence"), "serverless Memcached"),
        (("simplicity", "unpredictable-traffic"), "serverless Memcached"),
        (("simplicity", "control"), "Memcached on nodes"),
        (("data-types", "control"), "Redis on nodes"),
        (("scale", "control"), "Redis in cluster mode"),
        (("pub-sub", "scale"), "serverless Redis"),
        (("pub-sub", "scale", "control"), "Redis in cluster mode"),
        (("persistence", "replication", "control"), "Redis on nodes"),
    ],
)
def test_needs_that_one_option_meets(needs: tuple[str, ...], option: str) -> None:
    advice = advise(needs=needs)
    assert advice.option.title == option
    assert {reason.need for reason in advice.reasons} == set(needs)
    assert (advice.shortfalls, advice.conflicts) == ((), ())


@pytest.mark.parametrize(
    ("needs", "option", "fit", "text"),
    [
        (
            ("persistence", "multi-threading"),
            "serverless Memcached",
            Fit.PARTLY,
            "persistence needs any Redis or serverless Memcached; multi-threading needs Memcached "
            "on nodes. Serverless Memcached meets persistence and partly meets multi-threading.",
        ),
        (
            ("data-types", "multi-threading"),
            "serverless Redis",
            Fit.NO,
            "data-types needs any Redis; multi-threading needs Memcached on nodes. "
            "Serverless Redis meets data-types and gives up multi-threading.",
        ),
        (
            ("data-types", "simplicity"),
            "serverless Redis",
            Fit.PARTLY,
            "data-types needs any Redis; simplicity needs any Memcached. "
            "Serverless Redis meets data-types and partly meets simplicity.",
        ),
        (
            ("unpredictable-traffic", "control"),
            "Redis in cluster mode",
            Fit.PARTLY,
            "unpredictable-traffic needs serverless Redis or serverless Memcached; control needs "
            "Redis on nodes, Redis in cluster mode or Memcached on nodes. "
            "Redis in cluster mode meets control and partly meets unpredictable-traffic.",
        ),
        (
            ("replication", "simplicity", "control"),
            "serverless Memcached",
            Fit.NO,
            "replication needs any Redis or serverless Memcached; simplicity needs any Memcached; "
            "control needs Redis on nodes, Redis in cluster mode or Memcached on nodes. "
            "Serverless Memcached meets replication and simplicity and gives up control.",
        ),
    ],
)
def test_a_conflict_is_explained(needs: tuple[str, ...], option: str, fit: Fit, text: str) -> None:
    advice = advise(needs=needs)
    assert advice.option.title == option
    assert [reason.fit for reason in advice.shortfalls] == [fit]
    (conflict,) = advice.conflicts
    assert set(conflict.needs) == set(needs)
    assert conflict.text == text


def test_an_essential_need_outweighs_all_others() -> None:
    assert recommended("multi-threading", "simplicity", "control") == "Memcached on nodes"
    assert recommended("multi-threading", "simplicity", "control", "pub-sub") == "Redis on nodes"


def test_every_pair_has_a_conflict_or_is_met() -> None:
    for pair in combinations(NAMES, 2):
        advice = advise(needs=pair)
        assert bool(advice.conflicts) == bool(advice.shortfalls), pair


@pytest.mark.parametrize(
    ("needs", "got"),
    [
        ([], "none"),
        ("persistence", "the text 'persistence'"),
        ("speed", "'speed'"),
        (["speed", "persistence", "luck"], "'luck', 'speed'"),
        (["pub_sub"], "'pub_sub'"),
    ],
)
def test_invalid_needs_are_refused(needs: list[str] | str, got: str) -> None:
    with pytest.raises(ValueError, match="needs") as caught:
        advise(needs=needs)
    known = ", ".join(NAMES)
    assert str(caught.value) == f"`needs` must be a list of one or more of {known}, got: {got}"


def needs_of_all_facts(advice: Advice) -> set[str]:
    """The needs that the facts of an advice are about; each fact must be that of its option."""
    facts = [(advice.option, each) for each in (*advice.reasons, *advice.shortfalls)]
    for other in advice.alternatives:
        facts += [(other.option, each) for each in other.against]
    for option, each in facts:
        assert each == fact(BY_NAME[each.need], option)
    return {each.need for _, each in facts}


@settings(deadline=None)
@given(needs=SUBSETS)
def test_the_facts_are_those_of_the_needs_and_options(needs: list[str]) -> None:
    advice = advise(needs=needs)
    assert needs_of_all_facts(advice) <= set(needs)
    own = [each.need for each in (*advice.reasons, *advice.shortfalls)]
    assert sorted(own) == sorted(needs)
    assert {advice.option, *(each.option for each in advice.alternatives)} == set(OPTIONS)


@pytest.mark.slow
@settings(deadline=None)
@given(pair=SUBSETS.flatmap(lambda needs: st.tuples(st.just(needs), st.permutations(needs))))
def test_order_and_repetition_do_not_matter(pair: tuple[list[str], list[str]]) -> None:
    needs, other = pair
    expected = advise(needs=needs)
    assert advise(needs=other) == advise(needs=[*other, needs[0]]) == expected
    assert advise(needs=iter(other)) == expected


@pytest.mark.slow
@settings(deadline=None)
@given(needs=SUBSETS)
def test_no_other_option_is_better(needs: list[str]) -> None:
    """No other option meets the same needs and more, or more of the essential needs."""
    advice = advise(needs=needs)
    grade = {Fit.NO: 0, Fit.PARTLY: 1, Fit.YES: 2}
    own = [grade[fact(BY_NAME[name], advice.option).fit] for name in needs]
    essential = [name for name in needs if BY_NAME[name].essential]
    missing = sum(fact(BY_NAME[name], advice.option).fit is Fit.NO for name in essential)
    for each in advice.alternatives:
        other = [grade[fact(BY_NAME[name], each.option).fit] for name in needs]
        assert not (other != own and all(a >= b for a, b in zip(other, own, strict=True)))
        lost = sum(fact(BY_NAME[name], each.option).fit is Fit.NO for name in essential)
        assert lost >= missing


@pytest.mark.slow
@settings(deadline=None)
@given(needs=SUBSETS)
def test_conflicts_are_minimal(needs: list[str]) -> None:
    advice = advise(needs=needs)
    assert bool(advice.conflicts) == bool(advice.shortfalls)

    def met(names: tuple[str, ...]) -> bool:
        return any(
            all(fact(BY_NAME[name], option).fit is Fit.YES for name in names) for option in OPTIONS
        )

    for conflict in advice.conflicts:
        assert set(conflict.needs) <= set(needs)
        assert not met(conflict.needs)
        assert all(met(less) for less in combinations(conflict.needs, len(conflict.needs) - 1))


def test_needs_can_be_spelled_as_in_a_sentence() -> None:
    assert advise(needs=["pub/sub", "data types"]) == advise(needs=["pub-sub", "data-types"])
    with pytest.raises(ValueError, match="got: 'pub sub/s'"):
        advise(needs=["pub sub/s"])
