from tests.checks.cases import Case, Json, att, ref, resource

TOPIC = "AWS::SNS::Topic"


def topics(count: int, **properties: object) -> Json:
    return {f"Topic{number}": resource(TOPIC, **properties) for number in range(count)}


def topic(**properties: object) -> Json:
    return {"Topic": resource(TOPIC, **properties)}


def with_attributes(**attributes: object) -> Json:
    return {"Topic": {"Type": TOPIC, **attributes}}


def outputs(count: int, **described: object) -> Json:
    return {"Outputs": {f"Out{number}": {"Value": "x", **described} for number in range(count)}}


def released(name: object) -> Json:
    """Return an alias that CodeDeploy updates, and its deployment group."""
    alias = resource("AWS::Lambda::Alias", Name="live", FunctionName="shop", FunctionVersion="1")
    group = {"ApplicationName": "shop", "DeploymentGroupName": ref("Group")}
    return {
        "Alias": {**alias, "UpdatePolicy": {"CodeDeployLambdaAliasUpdate": group}},
        "Group": resource(
            "AWS::CodeDeploy::DeploymentGroup",
            ApplicationName="shop",
            ServiceRoleArn="arn:aws:iam::123456789012:role/deploy",
            DeploymentGroupName=name,
        ),
    }


def waiting(first: object, second: object) -> Json:
    one = {**resource(TOPIC, DisplayName=first), "DependsOn": "Second"}
    return {"First": one, "Second": resource(TOPIC, DisplayName=second)}


NEAR: Json = {"Metadata": {"Note": "x" * 960_000}}
LARGE: Json = {"Metadata": {"Note": "x" * 1_000_000}}
STAGE: Json = {"Stage": {"Type": "String"}}
IS_PROD: Json = {"IsProd": {"Fn::Equals": [ref("Stage"), "prod"]}}
BY_STAGE: Json = {"Parameters": STAGE, "Conditions": IS_PROD}
SIZES: Json = {"Mappings": {"Sizes": {"prod": {"Name": "big"}}}}
EITHER: Json = {
    "Parameters": STAGE,
    "Conditions": {**IS_PROD, "IsTest": {"Fn::Not": [{"Condition": "IsProd"}]}},
}
OPTIONAL: Json = {"Extra": {**resource(TOPIC), "Condition": "IsProd"}}


def chosen(condition: str, value: object) -> Json:
    return {"Fn::If": [condition, value, "plain"]}


def exported(*names: object) -> Json:
    found = {f"Out{n}": {"Value": "x", "Export": {"Name": each}} for n, each in enumerate(names)}
    return {"Outputs": found}


def parameter(**described: object) -> Json:
    return {"Parameters": {"Size": {"Type": "String", **described}}}


def nested(depth: int) -> object:
    value: object = "x"
    for _ in range(depth):
        value = [value]
    return value


def stack_name(text: str) -> Json:
    return {"Fn::Sub": f"${{AWS::StackName}}-{text}"}


CASES = [
    Case(
        "TEMPLATE-001", "501 resources", topics(501), topics(450), "at most 500 entries, got: 501"
    ),
    Case(
        "TEMPLATE-002",
        "template over 1 MB",
        topic(),
        topic(),
        "at most 1,000,000 bytes, got: 1,000,",
        bad_sections=LARGE,
        good_sections={"Metadata": {"Note": "x" * 800_000}},
    ),
    Case(
        "TEMPLATE-003",
        "template near 1 MB",
        topic(),
        topic(),
        "before it is too large",
        bad_sections=NEAR,
        good_sections={"Metadata": {"Note": "x" * 800_000}},
    ),
    Case(
        "TEMPLATE-003",
        "451 resources",
        topics(451),
        topics(450),
        "at most 500 entries, got: 451; move some to another or a nested stack before",
    ),
    Case(
        "TEMPLATE-005",
        "template of 101 levels",
        topic(),
        topic(),
        "at most 100 levels and 1,000,000 values, got: more than 100 levels; it was not checked",
        bad_sections={"Metadata": {"Note": nested(100)}},
        good_sections={"Metadata": {"Note": nested(98)}},
    ),
    Case(
        "TEMPLATE-004",
        "201 outputs",
        topic(),
        topic(),
        "`Outputs` must have at most 200 entries, got: 201",
        bad_sections=outputs(201),
        good_sections=outputs(200),
    ),
    Case(
        "TEMPLATE-004",
        "201 keys in a mapping",
        topic(),
        topic(),
        "`Mappings.Sizes` must have at most 200 entries",
        bad_sections={"Mappings": {"Sizes": {f"k{n}": {"v": 1} for n in range(201)}}},
        good_sections={"Mappings": {"Sizes": {f"k{n}": {"v": 1} for n in range(200)}}},
    ),
    Case(
        "TEMPLATE-010",
        "reference to nothing",
        topic(DisplayName=ref("Nmae")),
        topic(DisplayName=ref("Name")),
        "`Properties.DisplayName` must refer to a resource or parameter of the template, "
        "got: 'Nmae' (nearest: Name)",
        bad_sections={"Parameters": {"Name": {"Type": "String"}}},
        good_sections={"Parameters": {"Name": {"Type": "String"}}},
    ),
    Case(
        "TEMPLATE-010",
        "reference to nothing in a text",
        topic(DisplayName={"Fn::Sub": "a ${Region} b"}),
        topic(DisplayName={"Fn::Sub": "a ${!Region} ${AWS::Region} b"}),
        "got: 'Region'",
    ),
    Case(
        "TEMPLATE-010",
        "condition on a resource",
        topic(),
        topic(),
        "`Conditions.IsProd.Fn::Equals.0` must refer to a parameter",
        bad_sections={"Conditions": {"IsProd": {"Fn::Equals": [ref("Topic"), "a"]}}},
        good_sections={"Conditions": {"IsProd": {"Fn::Equals": [ref("AWS::Region"), "a"]}}},
    ),
    Case(
        "TEMPLATE-011",
        "attribute of nothing",
        topic(DisplayName=att("Othr", "TopicName")),
        {**topic(DisplayName=att("Other", "TopicName")), "Other": resource(TOPIC)},
        "must be an attribute of a resource of the template, got: 'Othr'",
    ),
    Case(
        "TEMPLATE-012",
        "dependency on nothing",
        with_attributes(DependsOn=["Role"]),
        {**with_attributes(DependsOn=["Other"]), "Other": resource(TOPIC)},
        "`DependsOn` must name a resource of the template, got: 'Role'",
    ),
    Case(
        "TEMPLATE-013",
        "condition that is not there",
        with_attributes(Condition="IsProd"),
        with_attributes(Condition="IsProd"),
        "`Condition` must name a condition of the template, got: 'IsProd'",
        good_sections=BY_STAGE,
    ),
    Case(
        "TEMPLATE-013",
        "choice by a condition that is not there",
        topic(DisplayName=chosen("IsProd", "a")),
        topic(DisplayName=chosen("IsProd", "a")),
        "must name a condition of the template, got: 'IsProd'",
        good_sections=BY_STAGE,
    ),
    Case(
        "TEMPLATE-014",
        "mapping that is not there",
        topic(DisplayName={"Fn::FindInMap": ["Size", ref("AWS::Region"), "Name"]}),
        topic(DisplayName={"Fn::FindInMap": ["Sizes", "prod", "Name"]}),
        "must look into a mapping of the template, got: 'Size' (nearest: Sizes)",
        bad_sections=SIZES,
        good_sections=SIZES,
    ),
    Case(
        "TEMPLATE-015",
        "reference to what may not be there",
        {**OPTIONAL, **topic(DisplayName=att("Extra", "TopicName"))},
        {**OPTIONAL, **topic(DisplayName=chosen("IsProd", att("Extra", "TopicName")))},
        "must be within Fn::If, as Extra is there only if IsProd holds",
        bad_sections=BY_STAGE,
        good_sections=BY_STAGE,
    ),
    Case(
        "TEMPLATE-020",
        "circular dependency",
        waiting("a", {"Fn::Sub": "${First.TopicName}"}),
        waiting("a", "b"),
        "got: First (DependsOn: DependsOn Second) -> "
        "Second (Properties.DisplayName: GetAtt First.TopicName) -> First",
    ),
    Case(
        "TEMPLATE-020",
        "dependency on itself",
        topic(DisplayName=ref("Topic")),
        topic(DisplayName=ref("AWS::StackName")),
        "got: Topic (Properties.DisplayName: Ref Topic) -> Topic",
    ),
    Case(
        "TEMPLATE-020",
        "circular dependency if a condition holds",
        waiting("a", chosen("IsProd", ref("First"))),
        {
            "First": resource(TOPIC, DisplayName=chosen("IsProd", att("Second", "TopicName"))),
            "Second": resource(TOPIC, DisplayName=chosen("IsTest", att("First", "TopicName"))),
        },
        "Second (Properties.DisplayName: Ref First) -> First",
        bad_sections=EITHER,
        good_sections=EITHER,
    ),
    Case(
        "TEMPLATE-020",
        "alias that waits for a deployment group that waits for the alias",
        released(ref("Alias")),
        released("arn:aws:lambda:eu-west-1:123456789012:function:shop:live"),
        "got: Alias (UpdatePolicy.CodeDeployLambdaAliasUpdate.DeploymentGroupName: Ref Group) -> "
        "Group (Properties.DeploymentGroupName: Ref Alias) -> Alias",
    ),
    Case(
        "TEMPLATE-030",
        "logical id with a hyphen",
        {"My-Topic": resource(TOPIC)},
        {"MyTopic": resource(TOPIC)},
        "`Resources` must have names of 1 to 255 letters and digits, got: 'My-Topic'",
    ),
    Case(
        "TEMPLATE-031",
        "one export twice",
        topic(),
        topic(),
        "`Outputs.Out1.Export.Name` must differ from that of `Outputs.Out0.Export.Name`",
        bad_sections=exported("a", "a"),
        good_sections=exported("a", "b", stack_name("c")),
    ),
    Case(
        "TEMPLATE-032",
        "one export of two stacks",
        topic(),
        topic(),
        "must differ from that of `Outputs.Out0.Export.Name` of Shop, if both are",
        bad_sections=exported("a"),
        good_sections=exported("a", stack_name("b")),
        bad_others={"Other": {"Resources": topic(), **exported("a")}},
        good_others={"Other": {"Resources": topic(), **exported("c", stack_name("b"))}},
    ),
    Case(
        "TEMPLATE-033",
        "output that is a list",
        topic(),
        topic(),
        "`Outputs.Out0.Value` must be a string",
        bad_sections=outputs(1, Value=["a", "b"]),
        good_sections=outputs(1, Value={"Fn::Join": [",", ["a", "b"]]}),
    ),
    Case(
        "TEMPLATE-040",
        "default that is not allowed",
        topic(),
        topic(),
        "`Parameters.Size.Default` must be one of small, big, got: 'large'",
        bad_sections=parameter(AllowedValues=["small", "big"], Default="large"),
        good_sections=parameter(AllowedValues=["small", "big"], Default="big"),
    ),
    Case(
        "TEMPLATE-040",
        "default out of range",
        topic(),
        topic(),
        "must be 1 or more, got: 0",
        bad_sections=parameter(Type="Number", MinValue=1, Default=0),
        good_sections=parameter(Type="Number", MinValue=1, Default=1),
    ),
    Case(
        "TEMPLATE-041",
        "parameter without a type",
        topic(),
        topic(),
        "`Parameters.Size` must have a `Type`",
        bad_sections={"Parameters": {"Size": {"Default": "a"}}},
        good_sections=parameter(Default="a"),
    ),
    Case(
        "TEMPLATE-050",
        "section that is none",
        topic(),
        topic(),
        "`Output` must be a section of a template, got: 'Output' (nearest accepted: Outputs)",
        bad_sections={"Output": {}},
        good_sections={"Outputs": {}},
    ),
    Case(
        "TEMPLATE-050",
        "version of templates",
        topic(),
        topic(),
        "`AWSTemplateFormatVersion` must be 2010-09-09, got: '2012-10-17'",
        bad_sections={"AWSTemplateFormatVersion": "2012-10-17"},
        good_sections={"AWSTemplateFormatVersion": "2010-09-09"},
    ),
    Case(
        "TEMPLATE-051",
        "attribute that is none",
        with_attributes(Propertys={"DisplayName": "a"}),
        with_attributes(Properties={"DisplayName": "a"}),
        "`Propertys` must be an attribute of a resource, got: 'Propertys' "
        "(nearest accepted: Properties)",
    ),
    Case(
        "TEMPLATE-052",
        "snapshot of what has none",
        with_attributes(DeletionPolicy="Snapshot"),
        with_attributes(DeletionPolicy="Retain"),
        "`DeletionPolicy` must not be Snapshot, which AWS::SNS::Topic does not have",
    ),
    Case(
        "TEMPLATE-052",
        "policy that is none",
        with_attributes(UpdateReplacePolicy="Retained"),
        with_attributes(UpdateReplacePolicy="Retain"),
        "`UpdateReplacePolicy` must be one of Delete, Retain, Snapshot, got: 'Retained'",
    ),
    Case(
        "TEMPLATE-053",
        "unknown property via override",
        topic(TopicNam="orders"),
        topic(TopicName="orders"),
        "`TopicNam` must be a property of AWS::SNS::Topic, got: 'TopicNam' "
        "(nearest accepted: TopicName)",
    ),
    Case(
        "TEMPLATE-053",
        "property in another case",
        topic(topicName="orders"),
        topic(TopicName="orders"),
        "(nearest accepted: TopicName)",
    ),
    Case(
        "TEMPLATE-054",
        "property of no type",
        topic(Colour="red"),
        topic(),
        "`Colour` must be a property of AWS::SNS::Topic, got: 'Colour'",
    ),
]
