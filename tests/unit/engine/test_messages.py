"""The wall between parent and child: values survive it, noise does not get through."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.core.chat import Timing, Usage
from app.core.params import Sampling
from app.engine import messages as m

texts = st.text(max_size=200)
numbers = st.integers(0, 2**31)
downs = st.one_of(
    st.builds(m.Load, numbers, texts, numbers, numbers, st.integers(-1, 99), st.sampled_from(["f16", "q8_0", "q4_0"])),
    st.builds(
        m.Generate,
        numbers,
        st.lists(st.builds(m.Turn, st.sampled_from(["system", "user", "assistant"]), texts), max_size=3).map(tuple),
        st.builds(Sampling, st.floats(0, 2), numbers, st.floats(0, 1), seed=st.none() | numbers),
        st.booleans(),
    ),
    st.builds(m.Cancel, numbers),
    st.builds(m.Tokenize, numbers, st.lists(texts, max_size=3).map(tuple)),
    st.builds(m.Unload, numbers),
    st.just(m.Hello()),
    st.just(m.Shutdown()),
)
ups = st.one_of(
    st.builds(m.Delta, numbers, st.sampled_from(["answer", "thinking"]), texts, numbers),
    st.builds(m.PrefillProgress, numbers, numbers, numbers, numbers),
    st.builds(m.Failed, numbers, texts, texts),
    st.builds(m.Tokens, numbers, st.lists(numbers, max_size=5).map(tuple), numbers),
    st.builds(m.Done, numbers, st.sampled_from(["stop", "length", "cancelled"]), st.just(Usage(3, 2, 1)),
              st.builds(Timing, st.floats(0, 1e6), st.floats(0, 1e6))),
    st.builds(m.Ready, numbers, texts, st.lists(texts, max_size=3).map(tuple), st.booleans()),
)  # fmt: skip


@given(downs)
def test_commands_survive_the_wall_on_one_line(command: m.Down) -> None:
    line = m.encode(command)
    assert b"\n" not in line
    assert m.decode_down(line) == command


@given(ups)
def test_reports_survive_the_wall_on_one_line(report: m.Up) -> None:
    line = m.encode(report)
    assert b"\n" not in line
    assert m.decode_up(line) == report


@given(st.binary(max_size=300))
def test_noise_on_the_line_is_ignored(noise: bytes) -> None:
    assert m.decode_up(noise) is None or noise.startswith(b"{")
    assert m.decode_down(noise) is None or noise.startswith(b"{")


def test_a_command_that_cannot_be_read_can_still_be_answered() -> None:
    broken = b'{"kind":"generate","id":7,"turns":[],"sampling":{"temperature":null}}'
    assert m.decode_down(broken) is None
    assert m.request_of(broken) == 7
    assert m.request_of(b'{"kind":"telepathy","id":7}') == 0
    assert m.request_of(b"noise") == 0


def test_a_kind_from_a_later_version_is_ignored() -> None:
    assert m.decode_up(b'{"kind":"telepathy","id":1}') is None
    assert m.decode_down(b'{"kind":"telepathy","id":1}') is None
