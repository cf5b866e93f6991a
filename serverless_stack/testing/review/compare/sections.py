"""Changes outside `Resources`: parameters, outputs, conditions, mappings and the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from serverless_stack.testing.review.compare.values import (
    Reference,
    canonical,
    differences,
    dotted,
    mapping,
    references,
)
from serverless_stack.testing.review.model import (
    MISSING,
    Action,
    Consequence,
    PropertyChange,
    ResourceChange,
)

Template = Mapping[str, object]

_TABLES = ("Parameters", "Outputs", "Conditions", "Mappings", "Rules")


def volatile(
    before: Template, after: Template, others: Mapping[Reference, str]
) -> dict[Reference, str]:
    """Return the names in both templates whose value may differ, with the reason.

    A parameter with another default counts, because its value in the deployed stack is unknown.

    Args:
        before: The old template.
        after: The new template.
        others: Names that are known to differ.
    """
    names = dict(others)
    for name, old, new in _in_both(before, after, "Parameters"):
        left, right = mapping(old), mapping(new)
        if any(
            canonical(left.get(key)) != canonical(right.get(key)) for key in ("Default", "Type")
        ):
            names[Reference("Ref", name)] = f"parameter {name}, which has another default"
    for name, _, _ in _in_both(before, after, "Mappings"):
        names[Reference("Mapping", name)] = f"mapping {name}, which has other values"
    for name, _, _ in _in_both(before, after, "Conditions"):
        names[Reference("Condition", name)] = f"condition {name}, which is another"
    size = -1
    while size != len(names):
        size = len(names)
        for name, value in mapping(after.get("Conditions")).items():
            if any(reference in names for reference in references(value)):
                reason = f"condition {name}, which may be another"
                names.setdefault(Reference("Condition", name), reason)
    return names


def _in_both(
    before: Template, after: Template, section: str
) -> Iterator[tuple[str, object, object]]:
    """Return the entries of a section that both templates have and that differ."""
    left, right = mapping(before.get(section)), mapping(after.get(section))
    for name in sorted(left.keys() & right.keys()):
        if canonical(left[name]) != canonical(right[name]):
            yield name, left[name], right[name]


def changes(before: Template, after: Template) -> Iterator[ResourceChange]:
    """Return the changes in all sections of a template but `Resources`."""
    yield from _loops(before, after)
    for section in sorted((before.keys() | after.keys()) - {"Resources"}):
        left, right = before.get(section, MISSING), after.get(section, MISSING)
        entries = {section: (left, right)}
        if section in _TABLES and all(
            x is MISSING or isinstance(x, Mapping) for x in (left, right)
        ):
            tables = mapping(left), mapping(right)
            entries = {
                name: (tables[0].get(name, MISSING), tables[1].get(name, MISSING))
                for name in sorted(tables[0].keys() | tables[1].keys())
            }
        for name, (old, new) in entries.items():
            if canonical(old) != canonical(new):
                yield _change(section, name, old, new)


def _loops(before: Template, after: Template) -> Iterator[ResourceChange]:
    """Return the changes of loops such as `Fn::ForEach`, which stand among the resources."""
    left, right = mapping(before.get("Resources")), mapping(after.get("Resources"))
    for name in sorted(left.keys() | right.keys()):
        old, new = left.get(name, MISSING), right.get(name, MISSING)
        if all(isinstance(each, Mapping) or each is MISSING for each in (old, new)):
            continue
        if canonical(old) != canonical(new):
            why = "the deployment creates resources from it, which cannot be reviewed"
            change = PropertyChange(name, old, new, Consequence.REPLACEMENT, why)
            warning = f"not reviewed: {why}; compare the processed templates"
            yield ResourceChange(
                Action.MODIFY, name, None, "Resources", None, (change,), change.consequence,
                (warning,),
            )  # fmt: skip


def _change(section: str, name: str, old: object, new: object) -> ResourceChange:
    action = Action.ADD if old is MISSING else Action.REMOVE if new is MISSING else Action.MODIFY
    entries = tuple(_entries(section, old, new)) if action is Action.MODIFY else ()
    worst = max((change.consequence for change in entries), default=Consequence.NONE)
    warnings = tuple(_warnings(section, name, mapping(old), new))
    return ResourceChange(action, name, None, section, None, entries, worst, warnings)


def _entries(section: str, old: object, new: object) -> Iterator[PropertyChange]:
    for path, left, right, _ in differences(old, new):
        reason, consequence = "it changes no resource by itself", Consequence.NONE
        if section == "Outputs" and path[:1] == ("Value",):
            reason, consequence = "output", Consequence.NO_INTERRUPTION
        yield PropertyChange(dotted(path), left, right, consequence, reason)


def _warnings(section: str, name: str, old: Mapping[str, object], new: object) -> Iterator[str]:
    if section == "Parameters" and not old and "Default" not in mapping(new):
        yield f"deploy needs a value for the new parameter {name}"
    if section != "Outputs" or "Export" not in old:
        return
    export = mapping(old["Export"]).get("Name", "?")
    label = export if isinstance(export, str) else canonical(export)
    if new is MISSING or canonical(old["Export"]) != canonical(mapping(new).get("Export")):
        yield f"export removed: deploy fails while another stack imports {label}"
    elif canonical(old.get("Value")) != canonical(mapping(new).get("Value")):
        yield f"export changed: deploy fails while another stack imports {label}"
