"""Pictures that people upload, made safe to show: PNG and SVG, checked and written anew.

Nothing of a file is passed on that was not understood: a PNG keeps its pixels and loses its notes,
an SVG keeps its shapes and is refused when it holds anything that could run or fetch.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from openseat.core.errors import CoreError

LARGEST = 300_000
"""Bytes of a file."""
SMALLEST_SIDE, LARGEST_SIDE = 16, 2000
"""Pixels of a PNG's sides."""

_PNG = b"\x89PNG\r\n\x1a\n"
_KEPT = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs"})
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""First column and row, and steps, of the passes of an interlaced PNG."""

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_SHAPES = frozenset(
    "svg g path rect circle ellipse line polyline polygon text tspan defs symbol use title desc"
    " linearGradient radialGradient stop clipPath mask pattern style filter feGaussianBlur feOffset"
    " feBlend feColorMatrix feComposite feFlood feMerge feMergeNode marker".split()
)
_RUNNING = frozenset({"script", "iframe", "object", "embed"})
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*>", re.IGNORECASE)
_DECLARED = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_STYLESHEET = re.compile(rb"<\?xml-stylesheet", re.IGNORECASE)
_FETCHING = re.compile(
    r"@import|expression\s*\(|javascript:|\\|url\s*\((?!\s*['\"]?#)", re.IGNORECASE
)
_SIZE = re.compile(r"\s*[0-9.]+(px|pt|mm|cm|in|em)?\s*")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept and shown."""

    media_type: str
    data: bytes


def checked(data: bytes) -> Picture:
    """Return an uploaded file as the picture that may be shown.

    Raises:
        CoreError: ``logo.too_large``, ``logo.unsupported``, ``logo.broken``, ``logo.dimensions``,
            ``logo.unreadable``, ``logo.no_size``, or ``logo.forbidden``, which names what is.
    """
    if len(data) > LARGEST:
        raise CoreError("logo.too_large", kilobytes=LARGEST // 1000)
    if data.startswith(_PNG):
        return Picture("image/png", _png(data))
    if re.search(rb"<([A-Za-z]+:)?svg[\s>]", data[:4000]):
        return Picture("image/svg+xml", _svg(data))
    raise CoreError("logo.unsupported")


def _png(data: bytes) -> bytes:
    chunks = _chunks(data)
    if not chunks or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND":
        raise CoreError("logo.broken")
    if len(chunks[0][1]) != 13:
        raise CoreError("logo.broken")
    width, height, depth, colour, *_, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if not all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in (width, height)):
        raise CoreError("logo.dimensions", lowest=SMALLEST_SIDE, highest=LARGEST_SIDE)
    palette = any(kind == b"PLTE" for kind, _ in chunks)
    if depth not in _DEPTHS.get(colour, ()) or interlaced > 1 or (colour == 3 and not palette):
        raise CoreError("logo.broken")
    bits = depth * _CHANNELS[colour]
    lines = _lines(width, height, bits, interlaced=interlaced == 1)
    wanted = sum(lines)
    unpacking = zlib.decompressobj()
    try:
        pixels = unpacking.decompress(
            b"".join(body for kind, body in chunks if kind == b"IDAT"), wanted + 1
        )
    except zlib.error as error:
        raise CoreError("logo.broken") from error
    if len(pixels) != wanted:
        raise CoreError("logo.broken")
    at = 0
    for line in lines:
        if pixels[at] > 4:
            raise CoreError("logo.broken")
        at += line
    return _PNG + b"".join(_chunk(kind, body) for kind, body in chunks if kind in _KEPT)


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return kind and body of each part up to the end, whose sums are right."""
    found: list[tuple[bytes, bytes]] = []
    at = len(_PNG)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        told = data[at + 8 + length : at + 12 + length]
        if told != zlib.crc32(kind + body).to_bytes(4):
            raise CoreError("logo.broken")
        found.append((kind, body))
        if kind == b"IEND":
            break
        at += 12 + length
    return found


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


def _lines(width: int, height: int, bits: int, *, interlaced: bool) -> list[int]:
    """Return how many bytes each line of pixels has, the byte of its filter included."""
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    found: list[int] = []
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            found += [1 + (columns * bits + 7) // 8] * rows
    return found


def _svg(data: bytes) -> bytes:
    # A plain document type says nothing; one with declarations could grow without bounds.
    plain = _DOCTYPE.sub(b"", data, count=1)
    if b"\x00" in plain or _DECLARED.search(plain):
        raise CoreError("logo.forbidden", what="<!DOCTYPE [ … ]>")
    if _STYLESHEET.search(plain):
        raise CoreError("logo.forbidden", what="<?xml-stylesheet?>")
    try:
        root = ET.fromstring(plain)  # noqa: S314 - no entities get here, and nothing is fetched
    except (ET.ParseError, ValueError, LookupError) as error:
        raise CoreError("logo.unreadable") from error
    if root.tag != f"{{{_SVG}}}svg":
        raise CoreError("logo.unreadable")
    _clean(root, 0)
    sized = all(_SIZE.fullmatch(root.get(side, "")) for side in ("width", "height"))
    if not sized and len(re.split(r"[\s,]+", root.get("viewBox", "").strip())) != 4:
        raise CoreError("logo.no_size")
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _clean(element: ET.Element, depth: int) -> None:
    """Take away what drawing programs leave behind; refuse what could run or fetch."""
    if depth > 60:
        raise CoreError("logo.unreadable")
    _clean_attributes(element)
    for child in list(element):
        space, _, local = str(child.tag).rpartition("}")
        # What runs in pages is refused by name, in whatever space of names it is.
        if local.lower() in _RUNNING:
            raise CoreError("logo.forbidden", what=f"<{local}>")
        if space != f"{{{_SVG}" or local == "metadata":
            # Notes of drawing programs, and comments.
            element.remove(child)
            continue
        if local not in _SHAPES:
            raise CoreError("logo.forbidden", what=f"<{local}>")
        if local == "style" and _FETCHING.search("".join(child.itertext())):
            raise CoreError("logo.forbidden", what="<style>: url(), @import")
        _clean(child, depth + 1)


def _clean_attributes(element: ET.Element) -> None:
    for name, value in list(element.attrib.items()):
        space, _, local = name.rpartition("}")
        if local.lower().startswith("on"):
            raise CoreError("logo.forbidden", what=local)
        if local.lower() == "href":
            if not value.strip().startswith("#"):
                raise CoreError("logo.forbidden", what=f"{local}={value[:40]}")
        elif space not in {"", "{http://www.w3.org/XML/1998/namespace"}:
            del element.attrib[name]
        elif _FETCHING.search(value):
            raise CoreError("logo.forbidden", what=f"{local}={value[:40]}")
