"""One run of the whole life of an application: created, updated, destroyed, stopped."""

import shutil
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

from serverless_stack.local.cloud import LocalCloud
from serverless_stack.local.errors import CommandError
from serverless_stack.local.processes import process_table as processes
from tests.e2e.account import Account
from tests.e2e.engines import authority_of, redis_at
from tests.e2e.http_client import Headers, Reply, send
from tests.e2e.programs import programs_below
from tests.e2e.template import Stack, stack_of

HERE = Path(__file__).parent
MAIN, KEPT = "EndToEnd", "Kept"


class Phase(IntEnum):
    """How far the application has got."""

    STARTED = 0
    CREATED = 1
    UPDATED = 2
    DESTROYED = 3
    RESTORED = 4
    STOPPED = 5


@dataclass
class Run:
    """The application in its local cloud, and what was seen of it on the way.

    Attributes:
        cloud: The local cloud.
        account: The account in it.
        phase: How far the application has got.
        failed: The phase that it could not get to.
        stacks: The stacks as they were when a phase was reached.
        invalidations: How many invalidations there were then.
        last: The processes that ran before the cloud was stopped.
    """

    cloud: LocalCloud
    account: Account
    phase: Phase = Phase.STARTED
    failed: Phase | None = None
    stacks: dict[Phase, dict[str, Stack]] = field(default_factory=dict)
    invalidations: dict[Phase, int] = field(default_factory=dict)
    last: list[processes.Process] = field(default_factory=list)

    def reach(self, wanted: Phase) -> None:
        """Go on to a phase, through all those before it."""
        assert self.phase <= wanted, f"the run is {self.phase.name} already, not {wanted.name}"
        while self.phase < wanted:
            following = Phase(self.phase + 1)
            # What failed once is not tried again by every test that comes after it.
            assert self.failed is None, f"see the first error: {following.name} was not reached"
            self.failed = following
            try:
                _STEPS[following](self)
            except CommandError as error:
                raise AssertionError(f"{error}\n{error.log}") from error
            self.failed = None
            self.phase = following

    def look(self, phase: Phase) -> None:
        """Remember what is deployed."""
        self.stacks[phase] = {name: stack_of(self.account, name) for name in (MAIN, KEPT)}
        self.invalidations[phase] = len(self.invalidated())

    def main(self, phase: Phase = Phase.CREATED) -> Stack:
        return self.stacks[phase][MAIN]

    def kept(self, phase: Phase = Phase.CREATED) -> Stack:
        return self.stacks[phase][KEPT]

    def bucket(self) -> str:
        return self.main().outputs["BucketName"]

    def invalidated(self) -> list[list[str]]:
        """The paths of every invalidation of the distribution."""
        distribution = self.main_distribution_id()
        answer = self.account.cloudfront.list_invalidations(DistributionId=distribution)
        return [
            self.account.cloudfront.get_invalidation(DistributionId=distribution, Id=item["Id"])[
                "Invalidation"
            ]["InvalidationBatch"]["Paths"]["Items"]
            for item in answer["InvalidationList"].get("Items", [])
        ]

    def main_distribution_id(self) -> str:
        (distribution,) = self.cloud.urls().distributions
        return distribution.id

    def api(
        self, method: str, path: str, headers: Headers = (), body: bytes | None = None
    ) -> Reply:
        """Ask the API, by the URL that a browser would open."""
        (api,) = [api for api in self.cloud.urls().apis if api.name == f"{MAIN}-Api"]
        return send(method, f"{api.url.rstrip('/')}{path}", headers, body)

    def cdn(
        self, method: str, path: str, headers: Headers = (), body: bytes | None = None
    ) -> Reply:
        """Ask the distribution, by the URL that a browser would open."""
        (distribution,) = self.cloud.urls().distributions
        return send(method, f"{distribution.url.rstrip('/')}{path}", headers, body)

    def token(self) -> str:
        secret = self.main().one("Redis", "AWS::SecretsManager::Secret").physical_id
        return self.account.secretsmanager.get_secret_value(SecretId=secret)["SecretString"]

    def environment(self, phase: Phase = Phase.CREATED) -> dict[str, str]:
        """The environment variables of the function."""
        function = self.main(phase).one("Function", "AWS::Lambda::Function")
        configuration = self.account.lambda_.get_function_configuration(
            FunctionName=function.physical_id
        )
        return configuration["Environment"]["Variables"]

    def programs(self) -> list[str]:
        """The names of the programs that the local cloud runs now."""
        return list(programs_below(self.cloud.state.pid).values())


def _create(run: Run) -> None:
    run.cloud.deploy()
    run.look(Phase.CREATED)


def _update(run: Run) -> None:
    """Leave data that has to survive, then deploy what is in ``update/``."""
    run.account.s3.put_object(Bucket=run.bucket(), Key="orders/1.json", Body=b"an order")
    endpoint = run.environment()["REDIS_PRIMARY_ENDPOINT"]
    redis_at(endpoint, run.token(), authority_of(run.cloud)).set("survivor", "alive")
    assert b"The first page" in run.cdn("GET", "/").body
    shutil.copytree(HERE / "update", run.cloud.app_dir, dirs_exist_ok=True)
    run.cloud.deploy()
    run.look(Phase.UPDATED)


def _destroy(run: Run) -> None:
    bucket = run.kept().outputs["BucketName"]
    run.account.s3.put_object(Bucket=bucket, Key="orders/1.json", Body=b"kept")
    run.cloud.destroy()


def _restore(run: Run) -> None:
    run.cloud.deploy([KEPT])


def _stop(run: Run) -> None:
    leader = run.cloud.state.pid
    pids = [leader, *programs_below(leader)]
    run.last = [process for pid in pids if (process := processes.find(pid))]
    run.cloud.stop()


_STEPS = {
    Phase.CREATED: _create,
    Phase.UPDATED: _update,
    Phase.DESTROYED: _destroy,
    Phase.RESTORED: _restore,
    Phase.STOPPED: _stop,
}
