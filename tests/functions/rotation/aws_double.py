"""A strict double of the calls of Secrets Manager and ElastiCache that a rotation makes.

It refuses what AWS refuses, and what a rotation has no reason to ask. Tokens that it accepts are
set on a real redis-server.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from redis import Redis

ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:cache-AbCdEf"
GROUP, USER = "orders", "app"
ADMINISTRATOR = "administrator-of-the-test"
V0, V1, V2, V3, V8, V9 = (f"{number:032}" for number in (0, 1, 2, 3, 8, 9))


class Refused(Exception):
    """An answer with an error."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code, message)
        self.code = code


class Cache:
    """The valid tokens of a replication group and passwords of a user, on a real server.

    Attributes:
        tokens: The valid tokens, the newest last.
        passwords: The valid passwords of the user.
        rotated: Whether a ROTATE came before, without which SET is refused.
        modifying: How many more times it is described as being modified after a change.
        calls: What was changed, in order.
    """

    def __init__(self, port: int, authority: Path, token: str) -> None:
        self._port, self._authority = port, authority
        self._first = token
        self.tokens = [token]
        self.passwords: list[str] = []
        self.rotated = False
        self.lasts = 2
        self.modifying = 0
        self.calls: list[tuple[str, str]] = []
        self._acl("root", [ADMINISTRATOR], "+@all")
        self._first = ""

    def add_user(self, password: str) -> None:
        self.passwords = [password]
        self._acl(USER, self.passwords, "+@all -ping")

    def modify_token(self, token: str, strategy: str) -> None:
        if self.modifying:
            raise Refused("InvalidReplicationGroupState")
        if strategy == "SET" and not self.rotated:
            raise Refused("InvalidParameterCombination", "SET is allowed only after ROTATE")
        self.tokens = [token] if strategy == "SET" else [self.tokens[-1], token]
        self.rotated = strategy == "ROTATE"
        self._changed(strategy, token)
        self._acl("default", self.tokens, "+@all")

    def modify_user(self, passwords: list[str]) -> None:
        if self.modifying:
            raise Refused("InvalidUserState")
        assert 1 <= len(passwords) <= 2
        self.passwords = passwords
        self._changed("USER", passwords[-1])
        self._acl(USER, passwords, "+@all -ping")

    def is_settled(self) -> bool:
        self.modifying = max(0, self.modifying - 1)
        return self.modifying == 0

    def _changed(self, how: str, value: str) -> None:
        self.calls.append((how, value))
        self.modifying = self.lasts

    def _acl(self, user: str, passwords: list[str], rights: str) -> None:
        with Redis(
            host="127.0.0.1",
            port=self._port,
            ssl=True,
            ssl_ca_certs=str(self._authority),
            protocol=2,
            username=None if self._first else "root",
            password=self._first or ADMINISTRATOR,
        ) as client:
            rules = ["on", "resetpass", *(f">{each}" for each in passwords), "~*", *rights.split()]
            client.execute_command("ACL", "SETUSER", user, *rules)


class Cloud:
    """One secret, and the cache that it opens.

    Attributes:
        versions: The values of the secret by version; None for a version without one.
        stages: The stages of each version.
        cache: The cache.
    """

    def __init__(self, value: str, cache: Cache) -> None:
        self.versions: dict[str, str | None] = {V0: value}
        self.stages: dict[str, list[str]] = {V0: ["AWSCURRENT"]}
        self.cache = cache

    def begin(self, version: str) -> None:
        """What Secrets Manager does before it calls for the first step."""
        assert not any("AWSPENDING" in stages for stages in self.stages.values())
        self.versions[version] = None
        self.stages[version] = ["AWSPENDING"]

    def give_up(self, version: str) -> None:
        """What a user does who cancels a rotation."""
        del self.versions[version], self.stages[version]

    @property
    def current(self) -> str:
        (value,) = [self.versions[v] for v, stages in self.stages.items() if "AWSCURRENT" in stages]
        assert value is not None
        return value

    def secrets(self, action: str, asked: dict[str, Any]) -> dict[str, Any]:
        assert asked.pop("SecretId") == ARN
        if action == "DescribeSecret":
            assert asked == {}
            return {"ARN": ARN, "VersionIdsToStages": self.stages}
        if action == "GetSecretValue":
            return self._get(asked.get("VersionId"), asked["VersionStage"])
        if action == "PutSecretValue":
            version = asked["ClientRequestToken"]
            assert self.versions[version] is None, "a version has one value for ever"
            assert asked["VersionStages"] == ["AWSPENDING"]
            self.versions[version] = asked["SecretString"]
            return {"VersionId": version}
        assert action == "UpdateSecretVersionStage"
        assert asked["VersionStage"] == "AWSCURRENT"
        to, before = asked["MoveToVersionId"], asked["RemoveFromVersionId"]
        if "AWSCURRENT" not in self.stages[before]:
            raise Refused("InvalidParameterException")
        self.stages = {v: s for v, s in self.stages.items() if v in (to, before)}
        self.stages[before] = ["AWSPREVIOUS"]
        self.stages[to] = ["AWSCURRENT"]
        return {}

    def elasticache(self, asked: dict[str, str]) -> str:
        action = asked["Action"]
        if action == "ModifyReplicationGroup":
            assert (asked["ReplicationGroupId"], asked["ApplyImmediately"]) == (GROUP, "true")
            self.cache.modify_token(asked["AuthToken"], asked["AuthTokenUpdateStrategy"])
            return ""
        if action == "DescribeReplicationGroups":
            assert asked["ReplicationGroupId"] == GROUP
            settled = self.cache.is_settled()
            state = "available" if settled else "modifying"
            return (
                f"<ReplicationGroups><ReplicationGroup><Status>{state}</Status>"
                "</ReplicationGroup></ReplicationGroups>"
            )
        assert asked["UserId"] == USER
        if action == "ModifyUser":
            assert asked["AuthenticationMode.Type"] == "password"
            self.cache.modify_user(
                [
                    v
                    for k, v in sorted(asked.items())
                    if k.startswith("AuthenticationMode.Passwords")
                ]
            )
            return ""
        assert action == "DescribeUsers"
        state = "active" if self.cache.is_settled() else "modifying"
        return f"<Users><member><Status>{state}</Status></member></Users>"

    def _get(self, version: str | None, stage: str) -> dict[str, Any]:
        for each, stages in self.stages.items():
            if stage in stages and version in (None, each) and self.versions[each] is not None:
                return {"ARN": ARN, "VersionId": each, "SecretString": self.versions[each]}
        raise Refused("ResourceNotFoundException")


@contextmanager
def served(cloud: Cloud) -> Iterator[str]:
    """Answer on a loopback port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            target = self.headers.get("X-Amz-Target", "")
            try:
                status, answer = 200, self.answer(target, body)
            except Refused as refusal:
                status, answer = 400, self.refuse(target, refusal)
            except (AssertionError, KeyError) as error:
                status, answer = 400, self.refuse(target, Refused("StrictDouble", repr(error)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer.encode())))
            self.end_headers()
            self.wfile.write(answer.encode())

        def answer(self, target: str, body: str) -> str:
            if target:
                return json.dumps(cloud.secrets(target.partition(".")[2], json.loads(body)))
            asked = {name: values[0] for name, values in parse_qs(body).items()}
            action = asked["Action"]
            inner = f"<{action}Result>{cloud.elasticache(asked)}</{action}Result>"
            return f"<{action}Response>{inner}</{action}Response>"

        def refuse(self, target: str, refusal: Refused) -> str:
            if target:
                return json.dumps({"__type": refusal.code, "message": str(refusal)})
            error = f"<Code>{refusal.code}</Code><Message>{refusal.args[1]}</Message>"
            return f"<ErrorResponse><Error>{error}</Error></ErrorResponse>"

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
