import socket

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
