"""A look into a Redis server."""

import base64
from collections.abc import Sequence
from typing import Any

from ...engines.redis import RedisServer
from ...engines.resp import RespError, Word
from ..requests import Document
from ..values import MAX_BYTES, describe

PAGE_SIZE = 100
MAX_SCANS = 100
MAX_ITEMS = 100
_FIRST, _LAST = 0, MAX_ITEMS - 1


class RedisLook:
    """A look into a server, which does not count as hits and misses of the app.

    Args:
        server: The server.
        password: Its password.
        own: The hits and misses of the console so far, which this adds to.
    """

    def __init__(self, server: RedisServer, password: str, own: list[int]) -> None:
        self._server, self._password, self._own = server, password, own

    def statistics(self) -> dict[str, int]:
        """Return the number of keys, hits, misses, bytes and evictions."""
        info, size = self._server.commands([["INFO"], ["DBSIZE"]], self._password)
        numbers = _numbers(info)
        return {
            "keys": int(size),
            "hits": numbers.get("keyspace_hits", 0) - self._own[0],
            "misses": numbers.get("keyspace_misses", 0) - self._own[1],
            "bytes": numbers.get("used_memory", 0),
            "evictions": numbers.get("evicted_keys", 0),
        }

    def keys(self, match: str, cursor: str) -> tuple[list[Document], str]:
        """Return some keys with a text, and the cursor for more; empty at the end."""
        pattern = f"*{_escaped(match)}*" if match else "*"
        keys: dict[bytes, None] = {}
        position = cursor.encode() or b"0"
        for _scan in range(MAX_SCANS):
            [(position, found)] = self._replies(
                ["SCAN", position, "MATCH", pattern, "COUNT", PAGE_SIZE]
            )
            keys.update(dict.fromkeys(found))
            if position == b"0" or len(keys) >= PAGE_SIZE:
                break
        groups: list[list[Sequence[Word]]] = [
            [["TYPE", key], ["PTTL", key], ["MEMORY", "USAGE", key]] for key in keys
        ]
        replies = self._quietly(*groups)
        page = [_key(key, *answers) for key, answers in zip(keys, replies, strict=True)]
        page.sort(key=lambda each: str(each["name"]))
        return page, "" if position == b"0" else position.decode()

    def value(self, key: bytes) -> Document | None:
        """Return the value of a key; None if it is not there."""
        [(kind, left)] = self._quietly([["TYPE", key], ["PTTL", key]])
        document: Document = {"type": kind.decode(), "left": _seconds(left)}
        if kind == b"none":
            return None
        if kind == b"string":
            [(content, size)] = self._quietly(
                [["GETRANGE", key, 0, MAX_BYTES - 1], ["STRLEN", key]]
            )
            return {**document, **describe(content, size)}
        ask, length = _COLLECTIONS.get(kind, (None, None))
        if ask is None or length is None:
            return {**document, "codec": kind.decode(), "text": "", "cut": False}
        command = [key if word == "" else word for word in ask]
        [(items, total)] = self._quietly([command, [length, key]])
        if kind in (b"set", b"hash"):
            items = items[1]  # after the cursor
        rows = _rows(kind, items)
        return {**document, "items": rows, "total": total, "cut": total > len(rows)}

    def _quietly(self, *groups: list[Sequence[Word]]) -> list[list[Any]]:
        """Send groups of commands, each about one key.

        What a group adds to hits and misses is the console's own: it is a transaction. A cluster
        refuses transactions about several keys.

        Raises:
            RespError: The server refuses a command.
        """
        statistics = ["INFO", "stats"]
        blocks = [[["MULTI"], statistics, *each, statistics, ["EXEC"]] for each in groups]
        replies = iter(self._replies(*(command for block in blocks for command in block)))
        answers = []
        for block in blocks:
            answer = [next(replies) for _command in block][-1] or []
            for reply in answer:
                if isinstance(reply, RespError):
                    raise reply
            before, after = _numbers(answer[0]), _numbers(answer[-1])
            for place, name in enumerate(("keyspace_hits", "keyspace_misses")):
                self._own[place] += after.get(name, 0) - before.get(name, 0)
            answers.append(list(answer[1:-1]))
        return answers

    def _replies(self, *commands: Sequence[Word]) -> list[Any]:
        replies = self._server.commands(commands, self._password)
        for reply in replies:
            if isinstance(reply, RespError):
                raise reply
        return replies


_COLLECTIONS: dict[bytes, tuple[list[Any], str]] = {
    # An empty word stands for the key.
    b"hash": (["HSCAN", "", 0, "COUNT", MAX_ITEMS], "HLEN"),
    b"set": (["SSCAN", "", 0, "COUNT", MAX_ITEMS], "SCARD"),
    b"list": (["LRANGE", "", _FIRST, _LAST], "LLEN"),
    b"zset": (["ZRANGE", "", _FIRST, _LAST, "WITHSCORES"], "ZCARD"),
    b"stream": (["XREVRANGE", "", "+", "-", "COUNT", MAX_ITEMS], "XLEN"),
}


def _rows(kind: bytes, items: list[Any]) -> list[Document]:
    """Return the items of a collection as names and values."""
    if kind == b"stream":
        return [
            {"name": _text(each[0]), **describe(b" ".join(each[1]))} for each in items[:MAX_ITEMS]
        ]
    if kind in (b"hash", b"zset"):
        pairs = list(zip(items[::2], items[1::2], strict=False))[:MAX_ITEMS]
        if kind == b"zset":
            return [{"name": _text(score), **_item(member)} for member, score in pairs]
        return [{"name": _text(name), **_item(content)} for name, content in pairs]
    return [{"name": str(place), **_item(each)} for place, each in enumerate(items[:MAX_ITEMS])]


def _item(content: bytes) -> Document:
    return describe(content[:4096], len(content))


def _key(key: bytes, kind: bytes, left: int, size: int | None) -> Document:
    return {
        "key": base64.b64encode(key).decode(),
        "name": _text(key),
        "type": kind.decode(),
        "left": _seconds(left),
        "size": size,
    }


def _seconds(milliseconds: int) -> float | None:
    """Return how long a key lives; None for ever."""
    return None if milliseconds < 0 else milliseconds / 1000


def _text(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")


def _escaped(text: str) -> str:
    return "".join(f"\\{each}" if each in "*?[]^\\" else each for each in text)


def _numbers(info: bytes) -> dict[str, int]:
    pairs = (line.partition(b":") for line in info.split(b"\r\n"))
    return {name.decode(): int(value) for name, _colon, value in pairs if value.isdigit()}
