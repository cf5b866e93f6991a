from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.local.emulator.engines.proxy import CommandScanner

ASK = b"config get cluster\r\n"

value = st.one_of(st.binary(max_size=40), st.just(ASK), st.just(b"\r\n" + ASK + b"set a 0 0 9\r\n"))
plain = st.sampled_from([b"get a b\r\n", b"version\r\n", b"mg a v\r\n", b"config get other\r\n"])
stored = value.map(lambda data: b"set key 0 0 %d\r\n%s\r\n" % (len(data), data))
swapped = value.map(lambda data: b"cas key 0 0 %d 7\r\n%s\r\n" % (len(data), data))
meta = value.map(lambda data: b"ms key %d T0\r\n%s\r\n" % (len(data), data))
commands = st.lists(st.one_of(plain, stored, swapped, meta, st.just(ASK)), max_size=12)


@given(commands, st.lists(st.integers(1, 60), min_size=1))
def test_commands_are_found_at_any_chunk_size(sent: list[bytes], sizes: list[int]) -> None:
    stream, scanner = b"".join(sent), CommandScanner()
    pieces: list[tuple[bytes, bool]] = []
    turn = 0
    while stream:
        size = sizes[turn % len(sizes)]
        pieces += scanner.feed(stream[:size])
        stream, turn = stream[size:], turn + 1
    assert b"".join(data for data, _asks in pieces) == b"".join(sent)
    assert sum(asks for _data, asks in pieces) == sent.count(ASK)


@given(st.binary(min_size=1))
def test_binary_protocol_passes_through(data: bytes) -> None:
    stream = b"\x80" + data
    assert CommandScanner().feed(stream) == [(stream, False)]
