"""Small templates, and the only change of a review."""

from collections.abc import Mapping

from serverless_stack.testing.review import ResourceChange, Review, review
from tests.constructs.templates import Json


def resource(resource_type: str, path: str = "", /, **attributes: object) -> Json:
    """Return a resource; names other than those of its attributes are properties."""
    found: Json = {"Type": resource_type}
    policies = {"DeletionPolicy", "UpdateReplacePolicy", "DependsOn", "Condition"}
    found |= {name: value for name, value in attributes.items() if name in policies}
    properties = {name: value for name, value in attributes.items() if name not in policies}
    if properties:
        found["Properties"] = properties
    if path:
        found["Metadata"] = {"aws:cdk:path": path}
    return found


def template(**resources: Json) -> Json:
    return {"Resources": resources}


def compared(old: Json, new: Json) -> Review:
    """Review a change of one resource, `It`."""
    return review(template(It=old), template(It=new))


def only(found: Review) -> ResourceChange:
    (change,) = found.changes
    return change


def consequences(found: Review) -> Mapping[str, str]:
    """The consequence of each change, by logical id."""
    return {change.logical_id: change.consequence.label for change in found.changes}
