"""MurmurHash3 and the content hash of a range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byline.trace import content_hash, murmur3_32


# Values of the reference implementation (smhasher's MurmurHash3_x86_32).
@pytest.mark.parametrize(
    ("data", "seed", "expected"),
    [
        (b"", 0, 0x00000000),
        (b"", 1, 0x514E28B7),
        (b"", 0xFFFFFFFF, 0x81F16F39),
        (b"\xff\xff\xff\xff", 0, 0x76293B50),
        (b"\x21\x43\x65\x87", 0, 0xF55B516B),
        (b"\x21\x43\x65\x87", 0x5082EDEE, 0x2362F9DE),
        (b"\x21\x43\x65", 0, 0x7E4A8634),
        (b"\x21\x43", 0, 0xA0F7B07A),
        (b"\x21", 0, 0x72661CF4),
        (b"\x00\x00\x00\x00", 0, 0x2362F9DE),
        (b"\x00\x00\x00", 0, 0x85F0B427),
        (b"\x00\x00", 0, 0x30F4C306),
        (b"\x00", 0, 0x514E28B7),
        (b"Hello, world!", 0x9747B28C, 0x24884CBA),
        ("ππππππππ".encode(), 0x9747B28C, 0xD58063C1),
        (b"The quick brown fox jumps over the lazy dog", 0x9747B28C, 0x2FA826CD),
    ],
)
def test_the_hash_is_the_reference_implementations(data: bytes, seed: int, expected: int) -> None:
    assert murmur3_32(data, seed) == expected


@given(st.binary(max_size=64))
def test_the_hash_is_an_unsigned_number_of_32_bits(data: bytes) -> None:
    assert 0 <= murmur3_32(data) < 2**32


def test_the_content_hash_covers_kind_length_and_content_of_every_line() -> None:
    version = b"sce-agent-trace-range-content-hash-v1\0"
    written = version + b"removed\0" + b"\0" * 7 + b"\x01a\0" + b"added\0" + b"\0" * 7 + b"\x03\xe2\x82\xac\0"
    assert content_hash([("removed", "a"), ("added", "€")]) == f"murmur3:{murmur3_32(written):08x}"


@pytest.mark.parametrize(
    "other",
    [
        [("added", "b"), ("added", "a")],
        [("added", "ab")],
        [("added", "a"), ("removed", "b")],
        [("added", "a"), ("added", "b\r")],
        [("added", "a"), ("added", "b"), ("added", "")],
    ],
    ids=["order", "line break", "kind", "carriage return", "empty line"],
)
def test_the_content_hash_tells_apart(other: list[tuple[str, str]]) -> None:
    assert content_hash(other) != content_hash([("added", "a"), ("added", "b")])  # type: ignore[arg-type] # kinds above


def test_a_hash_with_leading_zeros_has_eight_digits() -> None:
    hashes = [content_hash([("added", str(number))]) for number in range(300)]
    assert {len(value) for value in hashes} == {len("murmur3:") + 8}
    assert any(value.startswith("murmur3:0") for value in hashes)


def test_bytes_that_are_no_utf8_are_hashed_as_they_are_in_the_file() -> None:
    version = b"sce-agent-trace-range-content-hash-v1\0"
    latin = b"caf\xe9".decode("utf-8", "surrogateescape")
    expected = murmur3_32(version + b"added\0" + b"\0" * 7 + b"\x04caf\xe9\0")
    assert content_hash([("added", latin)]) == f"murmur3:{expected:08x}"


def test_half_an_emoji_is_hashed_as_the_replacement_character() -> None:
    assert content_hash([("added", "\ud83d!")]) == content_hash([("added", "\ufffd!")])
