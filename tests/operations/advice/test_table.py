from serverless_stack.operations.advice import NEEDS, OPTIONS, Fit, advise, fact


def test_every_need_has_a_fact_for_every_option() -> None:
    for need in NEEDS:
        for option in OPTIONS:
            found = fact(need, option)
            assert found.text.endswith(".")
            assert found.text[0].isupper()
            assert found.page
            assert "http" not in found.page


def test_every_need_is_met_by_some_options_only() -> None:
    for need in NEEDS:
        fits = {fact(need, option).fit for option in OPTIONS}
        assert Fit.YES in fits, need.name
        assert len(fits) > 1, need.name


def test_every_option_is_recommended_for_some_needs() -> None:
    names = [need.name for need in NEEDS]
    sets = [names[i:j] for i in range(len(names)) for j in range(i + 1, len(names) + 1)]
    answers = {advise(needs=needs).option for needs in sets} | {
        advise(needs=["scale", "control"]).option
    }
    assert answers == set(OPTIONS)


def test_essential_needs_come_first() -> None:
    essential = [need.essential for need in NEEDS]
    assert essential == sorted(essential, reverse=True)
    assert len({need.name for need in NEEDS}) == len(NEEDS)
