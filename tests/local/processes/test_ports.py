import os
import socket
from pathlib import Path

import pytest

from serverless_stack.local.processes import ports


def test_choose_returns_requested_and_different_free_ports() -> None:
    wanted = ports.choose(0)[0]
    chosen = ports.choose(0, wanted, 0)
    assert chosen[1] == wanted
    assert len(set(chosen)) == 3
    assert all(ports.is_free(port) for port in chosen)


def test_a_port_in_use() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        taken = server.getsockname()[1]
        assert not ports.is_free(taken)
        assert ports.problems({"--api-port": taken, "--cdn-port": 0}) == [
            f"--api-port: port {taken} is in use by another program; stop that program, "
            "choose another port, or omit --api-port for a free one"
        ]


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_out_of_range(port: int) -> None:
    assert ports.problems({"--cdn-port": port}) == [
        f"--cdn-port must be between 1 and 65535, or 0 for a free port, got: {port}"
    ]


def test_the_same_port_twice() -> None:
    port = ports.choose(0)[0]
    assert ports.problems({"--gateway-port": port, "--api-port": port, "--cdn-port": 0}) == [
        f"--api-port and --gateway-port must be different ports, got: {port} for both"
    ]


def test_a_privileged_port(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(server: socket.socket, address: tuple[str, int]) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    assert ports.problems({"--api-port": 80}) == [
        "--api-port: port 80 requires privileges; choose a port of 1024 or higher"
    ]


def test_remembered_ports_are_preferred_while_they_are_free(tmp_path: Path) -> None:
    memory = tmp_path / "ports" / "shop.json"
    assert ports.recall(memory, 3) == [0, 0, 0]
    last = ports.choose(0, 0, 0)
    ports.remember(memory, last)
    assert ports.recall(memory, 3) == last
    assert ports.prefer((0, 0, 0), last) == last
    assert ports.prefer((0, 5, 0), last) == [last[0], 5, last[2]]
    assert ports.prefer((0, last[0], 0), last) == [0, last[0], last[2]]
    with socket.create_server((ports.LOOPBACK, last[1])):
        assert ports.prefer((0, 0, 0), last) == [last[0], 0, last[2]]


@pytest.mark.parametrize(
    "content", ["", "{", "{}", "[1, 2]", '["a", 2, 3]', "[1, 1, 2]", "[0, 1, 2]", "[1, 2, true]"]
)
def test_an_odd_memory_is_no_memory(tmp_path: Path, content: str) -> None:
    (tmp_path / "shop.json").write_text(content)
    assert ports.recall(tmp_path / "shop.json", 3) == [0, 0, 0]


def test_few_clouds_are_remembered(tmp_path: Path) -> None:
    for number in range(105):
        ports.remember(tmp_path / f"{number}.json", [1, 2, 3])
        os.utime(tmp_path / f"{number}.json", (number, number))
    ports.remember(tmp_path / "last.json", [1, 2, 3])
    assert len(list(tmp_path.iterdir())) == 100
    assert (tmp_path / "last.json").exists()


def test_what_cannot_be_remembered_is_not_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ports.remember(tmp_path / "file" / "shop.json", [1, 2, 3])
