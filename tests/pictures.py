"""Reads what a QR code's picture shows, square by square, without the library that drew it."""

import struct
import zlib
from collections.abc import Iterator

import segno

RIM = 4
"""Squares of light around a code."""


def squares(png: bytes, dot: int = 8) -> list[list[int]]:
    """The squares of a PNG of one bit per pixel, 1 for dark, without the light rim; `dot` pixels make a square."""
    chunks = dict(_chunks(png))
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colour) == (1, 0), "one bit per pixel, no colours"
    lines = list(_lines(zlib.decompress(chunks[b"IDAT"]), 1 + (width + 7) // 8))
    dark = [[1 - (lines[y][x // 8] >> (7 - x % 8) & 1) for x in _middles(width, dot)] for y in _middles(height, dot)]
    return [row[RIM:-RIM] for row in dark[RIM:-RIM]]


def says(text: str) -> list[list[int]]:
    """The squares of the code that says `text`."""
    return [list(row) for row in segno.make(text, micro=False).matrix]


def _middles(length: int, dot: int) -> range:
    return range(dot // 2, length, dot)


def _lines(data: bytes, length: int) -> Iterator[bytes]:
    """The lines of a picture; each is written out, or as its difference from the one above."""
    above = bytes(length - 1)
    for start in range(0, len(data), length):
        way, line = data[start], data[start + 1 : start + length]
        assert way in (0, 2), "no other way to write a line is read here"
        above = bytes((a + b) % 256 for a, b in zip(line, above, strict=True)) if way else line
        yield above


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place < len(png):
        size = int.from_bytes(png[place : place + 4])
        yield png[place + 4 : place + 8], png[place + 8 : place + 8 + size]
        place += size + 12
