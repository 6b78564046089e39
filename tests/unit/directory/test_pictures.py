"""What may become a logo, and what is left of it."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openseat.core.errors import CoreError
from openseat.directory.pictures import LARGEST, checked

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">{}</svg>'


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


def png(
    width: int = 32,
    height: int = 20,
    *,
    pixels: bytes | None = None,
    notes: bytes = b"",
    interlaced: int = 0,
) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, interlaced)
    lines = pixels if pixels is not None else (b"\x00" + bytes(width * 3)) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + (chunk(b"tEXt", notes) if notes else b"")
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )


def refusal(data: bytes) -> str:
    with pytest.raises(CoreError) as caught:
        checked(data)
    return caught.value.code


def test_a_png_keeps_its_pixels_and_loses_its_notes_and_what_follows_it() -> None:
    made = checked(png(notes=b"Author\x00somebody") + b"<script>alert(1)</script>")
    assert made.media_type == "image/png"
    assert made.data == png()


def test_an_interlaced_png_is_measured_by_its_passes() -> None:
    # 16 x 16 in seven passes: columns and rows of each, every line with its filter's byte.
    passes = ((2, 2), (2, 2), (4, 2), (4, 4), (8, 4), (8, 8), (16, 8))
    lines = b"".join((b"\x00" + bytes(columns * 3)) * rows for columns, rows in passes)
    assert checked(png(16, 16, pixels=lines, interlaced=1)).media_type == "image/png"
    assert refusal(png(16, 16, interlaced=1)) == "logo.broken"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "logo.unsupported"),
        (b"\xff\xd8\xff\xe0 a photograph", "logo.unsupported"),
        (b"<html><body>not a picture</body></html>", "logo.unsupported"),
        (b"\x89PNG\r\n\x1a\n", "logo.broken"),
        (png()[:-30], "logo.broken"),
        (png(pixels=b"too little"), "logo.broken"),
        (png(pixels=b"\x09" * (97 * 20)), "logo.broken"),
        (png(8, 8), "logo.dimensions"),
        (png(40, 4000), "logo.dimensions"),
        (png() + bytes(LARGEST), "logo.too_large"),
        (SVG.format("").replace(' viewBox="0 0 10 10"', "").encode(), "logo.no_size"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><g></svg>', "logo.unreadable"),
        (b"<svg ></svg>", "logo.unreadable"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_reason(data: bytes, code: str) -> None:
    assert refusal(data) == code


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>',
        "<foreignObject><b/></foreignObject>",
        '<rect onload="alert(1)"/>',
        '<rect ONCLICK="alert(1)"/>',
        "<a href='#x'><rect/></a>",
        '<use href="https://elsewhere.example/x.svg#y"/>',
        '<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="data:image/svg+xml,x"/>',
        '<image href="#x"/>',
        '<rect style="fill: url(https://elsewhere.example/)"/>',
        '<rect fill="url( //elsewhere.example/ )"/>',
        "<style>@import 'https://elsewhere.example/x.css';</style>",
        "<style>rect { background: url(https://elsewhere.example/) }</style>",
        r"<style>rect { background: u\72l(//elsewhere.example/) }</style>",
        '<animate attributeName="href" to="javascript:alert(1)"/>',
        '<set attributeName="onclick" to="alert(1)"/>',
    ],
)
def test_an_svg_with_anything_that_runs_or_fetches_is_refused(bad: str) -> None:
    assert refusal(SVG.format(bad).encode()) == "logo.forbidden"


def test_a_document_type_with_declarations_is_refused_and_a_plain_one_dropped() -> None:
    bomb = b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG.format("<title>&a;</title>").encode()
    assert refusal(bomb) == "logo.forbidden"
    plain = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">'
    assert b"DOCTYPE" not in checked(plain + SVG.format("<rect/>").encode()).data


def test_an_svg_keeps_its_shapes_and_loses_what_drawing_programs_leave() -> None:
    drawn = SVG.format(
        '<metadata><x xmlns="urn:notes">secret</x></metadata>'
        '<named xmlns="urn:program" onload="x"/>'
        '<defs><linearGradient id="g"><stop offset="0" stop-color="#f00"/></linearGradient></defs>'
        '<rect xmlns:p="urn:program" p:label="layer" width="5" height="5" fill="url(#g)"/>'
        "<!-- a note -->"
    )
    made = checked(drawn.encode())
    assert made.media_type == "image/svg+xml"
    text = made.data.decode()
    assert 'fill="url(#g)"' in text
    assert "<rect" in text
    assert not any(word in text for word in ("secret", "urn:", "layer", "note", "named"))
    assert checked(made.data).data == made.data


def outcome(data: bytes) -> str:
    """The kind of picture, or why there is none; anything else fails the test."""
    try:
        return checked(data).media_type
    except CoreError as refused:
        return refused.code.partition(".")[0]


@given(
    st.binary(max_size=400), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"<svg ", SVG.encode()])
)
def test_no_file_does_anything_but_pass_or_be_refused(data: bytes, begin: bytes) -> None:
    assert outcome(begin + data) in {"image/png", "image/svg+xml", "logo"}


@given(st.integers(0, 399), st.integers(1, 255))
def test_a_png_with_one_wrong_byte_is_refused_or_its_pixels_are_the_same(at: int, by: int) -> None:
    whole = png(notes=bytes(60))
    place = at % len(whole)
    hurt = bytearray(whole)
    hurt[place] ^= by
    passed = outcome(bytes(hurt)) == "image/png"
    assert not passed or checked(bytes(hurt)).data == png()
