"""The second stack in us-east-1: its names, its values, and what shares it."""

from collections.abc import Mapping

import aws_cdk as cdk
import pytest
from aws_cdk import cx_api
from constructs import Construct

from serverless_stack.constructs import Profile
from serverless_stack.constructs.cdn.us_east_1 import (
    after_in_us_east_1,
    us_east_1,
    value_between,
)
from tests.constructs.templates import Json, new_app

RECORD = "AWS::SSM::Parameter"


def record(scope: Construct, construct_id: str, value: str) -> cdk.CfnResource:
    properties = {"Type": "String", "Value": value}
    return cdk.CfnResource(scope, construct_id, type=RECORD, properties=properties)


def use(scope: Construct) -> None:
    place = us_east_1(scope)
    made = record(place.scope, "Made", "x")
    record(scope, "Used", place.value("Name", made.ref))


def stacks(app: cdk.App) -> Mapping[str, cx_api.CloudFormationStackArtifact]:
    return {stack.stack_name: stack for stack in app.synth().stacks}


def used(stack: cx_api.CloudFormationStackArtifact) -> list[Json]:
    resources = stack.template["Resources"]
    return [item["Properties"]["Value"] for name, item in resources.items() if "Used" in name]


def test_nothing_is_created_in_us_east_1(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Shop", env=cdk.Environment(region="us-east-1"))
    use(Construct(stack, "Cdn"))
    place = after_in_us_east_1(stack)
    assert value_between(stack, place.scope, "Id", stack.stack_id) == stack.stack_id
    ((name, artifact),) = stacks(app).items()
    assert name == "Shop"
    assert [list(value) for value in used(artifact)] == [["Ref"]]
    assert "Outputs" not in artifact.template


@pytest.mark.parametrize(
    ("env", "name"),
    [
        pytest.param(None, "Shop-global", id="no environment"),
        pytest.param(
            cdk.Environment(region="eu-south-2", account="123456789012"),
            "Shop-eu-south-2-global",
            id="a region",
        ),
    ],
)
def test_the_second_stack(app: cdk.App, env: cdk.Environment | None, name: str) -> None:
    stack = cdk.Stack(app, "Shop", env=env, termination_protection=True, tags={"team": "web"})
    use(Construct(stack, "Cdn"))
    found = stacks(app)
    assert list(found) == [name, "Shop"]  # the order of deployment
    account = env.account if env else "unknown-account"
    assert found[name].environment.name == f"aws://{account}/us-east-1"
    assert found[name].termination_protection
    assert found[name].tags == {"team": "web"}
    assert name in {
        item.stack_name for item in found["Shop"].dependencies if hasattr(item, "stack_name")
    }
    ((output, exported),) = found[name].template["Outputs"].items()
    assert list(exported) == ["Value"]  # an export could not be changed while it is used
    reference = {"StackName": name, "OutputName": output, "Region": "us-east-1"}
    assert used(found["Shop"]) == [{"Fn::GetStackOutput": reference}]


def test_the_constructs_of_a_stack_share_it(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Shop")
    nested = cdk.NestedStack(stack, "Nested")
    for scope in (Construct(stack, "A"), Construct(stack, "B"), Construct(nested, "A")):
        use(scope)
    found = stacks(app)
    assert list(found) == ["Shop-global", "Shop"]
    assert len(found["Shop-global"].template["Outputs"]) == 3


def test_stacks_with_one_name_in_two_regions(app: cdk.App) -> None:
    for region in ("eu-west-1", "ap-east-1"):
        stack = cdk.Stack(app, region, stack_name="Shop", env=cdk.Environment(region=region))
        use(stack)
    names = [stack.stack_name for stack in app.synth().stacks]
    assert sorted(names) == ["Shop", "Shop", "Shop-ap-east-1-global", "Shop-eu-west-1-global"]


def test_a_stack_of_a_stage_stays_in_it() -> None:
    app = new_app()
    stage = cdk.Stage(app, "Prod", env=cdk.Environment(region="eu-west-1"))
    use(cdk.Stack(stage, "Shop"))
    names = [stack.stack_name for stack in app.synth().get_nested_assembly("assembly-Prod").stacks]
    assert names == ["Prod-Shop-eu-west-1-global", "Prod-Shop"]


def test_a_stack_of_the_user_with_its_id_is_another(app: cdk.App) -> None:
    cdk.Stack(app, "Shop-global")
    with pytest.raises(TypeError, match="must have a child of the class _SecondStack"):
        use(cdk.Stack(app, "Shop"))


def test_the_qualifier_of_the_bootstrap_resources(app: cdk.App) -> None:
    synthesizer = cdk.DefaultStackSynthesizer(qualifier="acme")
    use(cdk.Stack(app, "Shop", synthesizer=synthesizer))
    role = stacks(app)["Shop-global"].assume_role_arn
    assert role is not None
    assert "cdk-acme-deploy-role" in role


def test_the_profile_of_the_construct(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Shop")
    cdn = Construct(stack, "Cdn")
    Profile.regulated().apply(cdn)
    assert Profile.of(us_east_1(cdn).scope).name == "regulated"


def test_a_place_after_the_stack(app: cdk.App) -> None:
    stack = cdk.Stack(app, "Shop", env=cdk.Environment(region="eu-west-1"))
    nested = cdk.NestedStack(stack, "Nested")
    for scope in (stack, Construct(nested, "Cdn")):
        place = after_in_us_east_1(scope)
        value = record(scope, "Own", "x").ref
        record(place.scope, "Used", value_between(scope, place.scope, "Own", value))
    found = stacks(app)
    assert list(found) == ["Shop", "Shop-eu-west-1-monitoring"]
    outputs = found["Shop"].template["Outputs"]
    references = [value["Fn::GetStackOutput"] for value in used(found["Shop-eu-west-1-monitoring"])]
    assert {item["OutputName"] for item in references} == set(outputs)
    assert {(item["StackName"], item["Region"]) for item in references} == {("Shop", "eu-west-1")}
