import copy
import json

import pytest

from serverless_stack.testing.review import Action, Consequence, review
from tests.testing.review.bases import bases
from tests.testing.review.small import resource, template


@pytest.mark.parametrize("number", range(6))
def test_a_template_does_not_differ_from_itself(number: int) -> None:
    made = json.loads(bases()[number])
    found = review(made, copy.deepcopy(made))
    assert not found
    assert (found.worst, found.warnings) == (Consequence.NONE, ())


@pytest.mark.parametrize("number", range(6))
def test_a_first_deployment_adds_and_a_last_removes(number: int) -> None:
    made = json.loads(bases()[number])
    assert {change.action for change in review({}, made).changes} == {Action.ADD}
    assert not review({}, made).replacements
    assert {change.action for change in review(made, {}).changes} == {Action.REMOVE}


def test_the_worst_change_is_first() -> None:
    old = template(
        A=resource("AWS::SNS::Topic", DisplayName="a"),
        B=resource("AWS::SNS::Topic", TopicName="a"),
        C=resource("AWS::DynamoDB::Table", TableName="a"),
        D=resource("AWS::SQS::Queue", "Shop/Jobs", QueueName="a", VisibilityTimeout=1),
    )
    new = template(
        A=resource("AWS::SNS::Topic", DisplayName="b"),
        B=resource("AWS::SNS::Topic", TopicName="b"),
        C=resource("AWS::DynamoDB::Table", TableName="b"),
        D=resource("AWS::SQS::Queue", "Shop/Jobs", QueueName="b", VisibilityTimeout=2),
        E=resource("AWS::IAM::Group"),
    )
    found = review(old, new)
    assert [change.logical_id for change in found.changes] == ["C", "D", "B", "E", "A"]
    assert [each.logical_id for each in found.data_losses] == ["C", "D"]
    assert [each.logical_id for each in found.replacements] == ["C", "D", "B"]
    assert found.worst is Consequence.DATA_LOSS
    assert [each.path for each in found.changes[1].properties] == [
        "Properties.QueueName",
        "Properties.VisibilityTimeout",
    ]
    assert found.changes[1].name == "Shop/Jobs"


def test_construct_paths_that_one_side_lacks_are_no_change() -> None:
    old = template(A=resource("AWS::SQS::Queue"))
    new = template(A=resource("AWS::SQS::Queue", "Shop/Jobs/Resource"))
    assert not review(old, new)
    (change,) = review(new, template(A=resource("AWS::SQS::Queue", "Shop/Mail/Resource"))).changes
    assert change.consequence is Consequence.NONE


def test_templates_are_not_changed() -> None:
    old, new = json.loads(bases()[0]), json.loads(bases()[1])
    review(old, new)
    assert (json.dumps(old), json.dumps(new)) == (bases()[0], bases()[1])
