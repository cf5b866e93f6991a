from serverless_stack.testing.review import render, review
from serverless_stack.testing.review.reports.text import short
from tests.testing.review.small import resource, template


def test_a_review() -> None:
    old = template(
        Cache=resource("AWS::ElastiCache::ReplicationGroup", "Shop/Cache/Resource", Port=6379),
        Topic=resource("AWS::SNS::Topic", DisplayName="a"),
    )
    new = template(
        Cache=resource("AWS::ElastiCache::ReplicationGroup", "Shop/Cache/Resource", Port=6380),
        Topic=resource("AWS::SNS::Topic", DisplayName="b", FifoTopic=True),
    )
    assert render(review(old, new)) == (
        "2 changes: 1 data loss, 1 replacement\n"
        "~ AWS::ElastiCache::ReplicationGroup Shop/Cache/Resource (Cache): modify, DATA LOSS\n"
        "    Properties.Port: 6379 -> 6380\n"
        "        DATA LOSS: create-only property of AWS::ElastiCache::ReplicationGroup;\n"
        "        UpdateReplacePolicy does not retain a stateful\n"
        "        AWS::ElastiCache::ReplicationGroup\n"
        "~ AWS::SNS::Topic Topic: modify, REPLACEMENT\n"
        "    Properties.FifoTopic: (absent) -> true\n"
        "        REPLACEMENT: create-only property of AWS::SNS::Topic\n"
        '    Properties.DisplayName: "a" -> "b"\n'
        "        no interruption: updated in place"
    )


def test_no_change() -> None:
    assert render(review({}, {})) == "No change."


def test_warnings_and_advice_are_below() -> None:
    bucket = resource("AWS::S3::Bucket", BucketName="b")
    lines = render(review(template(A=bucket), template(B=bucket))).splitlines()
    assert lines[1] == "> AWS::S3::Bucket A -> B: rename, DATA LOSS"
    assert any(line.startswith("    ! deploy will fail: ") for line in lines)
    assert '      resource.override_logical_id("A")' in lines


def test_long_values_are_cut_where_they_differ() -> None:
    old, new = (resource("AWS::SNS::Topic", DisplayName="x" * 500 + each) for each in "ab")
    line = render(review(template(It=old), template(It=new))).splitlines()[2]
    assert 'xxxa" -> ...' in line
    assert line.endswith('xxxb"')
    assert len(line) < 250
    assert short("x" * 500) == '"' + "x" * 84 + "..."
