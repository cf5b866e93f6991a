"""Changes outside `Resources`: parameters, outputs, conditions, mappings and the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from serverless_stack.testing.review.differences import differences
from serverless_stack.testing.review.model import (
    MISSING,
    Action,
    Consequence,
    PropertyChange,
    ResourceChange,
)
from serverless_stack.testing.review.values import (
    Reference,
    canonical,
    dotted,
    mapping,
    references,
)

Template = Mapping[str, object]


def volatile(before: Template, after: Template) -> dict[Reference, str]:
    """Find the names of which the value may differ although they are in both templates.

    A parameter with another default counts: what a deployed stack has for it is not known.
    """
    found: dict[Reference, str] = {}
    for name in _changed(before, after, "Parameters"):
        old, new = _entry(before, "Parameters", name), _entry(after, "Parameters", name)
        if any(canonical(old.get(k)) != canonical(new.get(k)) for k in ("Default", "Type")):
            found[Reference("Ref", name)] = f"parameter {name}, which has another default"
    for name in _changed(before, after, "Mappings"):
        found[Reference("Mapping", name)] = f"mapping {name}, which has other values"
    for name in _changed(before, after, "Conditions"):
        found[Reference("Condition", name)] = f"condition {name}, which is another"
    conditions = mapping(after.get("Conditions"))
    more = True
    while more:
        more = False
        for name, value in conditions.items():
            key = Reference("Condition", name)
            if key not in found and any(each in found for each in references(value)):
                found[key] = f"condition {name}, which may be another"
                more = True
    return found


def changes(before: Template, after: Template) -> Iterator[ResourceChange]:
    """Find what differs in the sections of a template but `Resources`."""
    yield from _loops(before, after)
    for section in sorted((before.keys() | after.keys()) - {"Resources"}):
        left, right = before.get(section, MISSING), after.get(section, MISSING)
        if not _is_table(section, left, right):
            if canonical(left) != canonical(right):
                yield _change(section, section, left, right)
            continue
        names = mapping(left).keys() | mapping(right).keys()
        for name in sorted(names):
            old, new = mapping(left).get(name, MISSING), mapping(right).get(name, MISSING)
            if canonical(old) != canonical(new):
                yield _change(section, name, old, new)


def _loops(before: Template, after: Template) -> Iterator[ResourceChange]:
    """Find what stands in the place of resources and makes them, as `Fn::ForEach` does."""
    left, right = mapping(before.get("Resources")), mapping(after.get("Resources"))
    for name in sorted(left.keys() | right.keys()):
        old, new = left.get(name, MISSING), right.get(name, MISSING)
        if all(isinstance(each, Mapping) or each is MISSING for each in (old, new)):
            continue
        if canonical(old) != canonical(new):
            why = "it makes resources at deployment; what happens to them cannot be told"
            found = PropertyChange(name, old, new, Consequence.REPLACEMENT, why)
            warning = f"not judged: {why}, compare the processed templates"
            yield ResourceChange(
                Action.MODIFY,
                name,
                None,
                "Resources",
                None,
                (found,),
                found.consequence,
                (warning,),
                None,
            )


def _is_table(section: str, left: object, right: object) -> bool:
    return section in ("Parameters", "Outputs", "Conditions", "Mappings", "Rules") and all(
        value is MISSING or isinstance(value, Mapping) for value in (left, right)
    )


def _change(section: str, name: str, old: object, new: object) -> ResourceChange:
    action = Action.ADD if old is MISSING else Action.REMOVE if new is MISSING else Action.MODIFY
    found = tuple(_entries(section, old, new)) if action is Action.MODIFY else ()
    worst = max((change.consequence for change in found), default=Consequence.NONE)
    warnings = tuple(_warnings(section, name, mapping(old), new))
    return ResourceChange(action, name, None, section, None, found, worst, warnings, None)


def _entries(section: str, old: object, new: object) -> Iterator[PropertyChange]:
    for path, left, right, _ in differences(old, new, lambda _: False):
        reason = "of itself it changes no resource"
        consequence = Consequence.NONE
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


def _changed(before: Template, after: Template, section: str) -> list[str]:
    left, right = mapping(before.get(section)), mapping(after.get(section))
    return [
        name
        for name in sorted(left.keys() & right.keys())
        if canonical(left[name]) != canonical(right[name])
    ]


def _entry(template: Template, section: str, name: str) -> Mapping[str, object]:
    return mapping(mapping(template.get(section)).get(name))
