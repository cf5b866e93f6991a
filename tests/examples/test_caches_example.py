from pathlib import Path

from examples.caches import Caches
from tests.constructs.templates import Json, all_of, new_app, synth

SHOP = Path(__file__).parents[2] / "examples" / "shop" / "handler"


def functions(template: Json) -> list[Json]:
    """The functions that are connected to a cache."""
    resources = all_of(template, "AWS::Lambda::Function")
    environments = [each["Properties"].get("Environment", {}) for each in resources]
    variables = [environment.get("Variables", {}) for environment in environments]
    return [names for names in variables if "MEMCACHED_TLS" in names]


def test_one_function_has_all_caches() -> None:
    template = synth(Caches(new_app(), "Caches", code=str(SHOP)))

    [names] = functions(template)
    assert {"REDIS_PRIMARY_ENDPOINT", "REDIS_READER_ENDPOINT", "REDIS_SECRET_ARN"} < set(names)
    assert {"CATALOGUE_CONFIGURATION_ENDPOINT", "CATALOGUE_USER"} < set(names)
    assert names["CATALOGUE_USER"].startswith("caches-catalogue-reader-")
    assert {"MEMCACHED_CONFIGURATION_ENDPOINT", "QUIET_CONFIGURATION_ENDPOINT"} < set(names)
    assert len(all_of(template, "AWS::CloudWatch::Alarm")) == 3 * 6
    assert len(all_of(template, "AWS::CloudWatch::Dashboard")) == 1
    assert len(all_of(template, "AWS::SecretsManager::RotationSchedule")) == 1
