"""The fonts of this system that papers are drawn with, which letters they have, and which letters must be shaped."""

import os
import sys
import unicodedata
from pathlib import Path
from typing import NamedTuple

from crm_cli.errors import InvalidError

INVISIBLE = frozenset("\u200c\u200d\u200e\u200f\u202f\u00a0")  # which no font must have
# Letters that stand beside each other as they are: Latin, Greek, Cyrillic; signs; those of China, Japan and Korea.
_SINGLE = ((0, 0x0590), (0x1E00, 0x2000), (0x2010, 0x2028), (0x202F, 0x2060), (0x2070, 0x2C00), (0x2E80, 0xA4D0),
           (0xAC00, 0xD7A4), (0xFF00, 0xFFF0))  # fmt: skip


class Face(NamedTuple):
    """A font's files: upright and bold."""

    regular: str
    bold: str


# Fonts with Latin, Greek, Cyrillic, Arabic and Hebrew letters first, then those of East and South Asia.
_FACES = (
    Face("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    Face("Arial.ttf", "Arial Bold.ttf"),
    Face("arial.ttf", "arialbd.ttf"),
    Face("tahoma.ttf", "tahomabd.ttf"),
    Face("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    Face("NotoNaskhArabic-Regular.ttf", "NotoNaskhArabic-Bold.ttf"),
    Face("NotoSansArabic-Regular.ttf", "NotoSansArabic-Bold.ttf"),
    Face("NotoSansHebrew-Regular.ttf", "NotoSansHebrew-Bold.ttf"),
    Face("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    Face("Arial Unicode.ttf", "Arial Unicode.ttf"),
    Face("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
    Face("msgothic.ttc", "msgothic.ttc"),
    Face("DroidSansFallbackFull.ttf", "DroidSansFallbackFull.ttf"),
    Face("Nirmala.ttf", "NirmalaB.ttf"),
)


def faces(font: str) -> list[Face]:
    """The fonts that are here, the one that is asked for first."""
    named = Path(font).expanduser()
    if font and not named.is_file():
        raise InvalidError(f"there is no font {font}; set another: crm config set quote.font FILE.ttf")
    files = _font_files()
    told = [Face(str(named), str(named))] if font else []
    return told + [
        Face(str(files[face.regular]), str(files.get(face.bold, files[face.regular])))
        for face in _FACES
        if face.regular in files
    ]


def _font_files() -> dict[str, Path]:
    """The font files of this system by name."""
    home = Path.home()
    places = {
        "darwin": [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"],
        "win32": [
            Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts",
            home / "AppData/Local/Microsoft/Windows/Fonts",
        ],
    }
    usual = [
        Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".local/share/fonts", home / ".fonts"
    ]  # fmt: skip
    wanted = {name for face in _FACES for name in face}
    found: dict[str, Path] = {}
    for place in places.get(sys.platform, usual):
        for folder, _, names in os.walk(place):
            for name in wanted.intersection(names):
                found.setdefault(name, Path(folder) / name)
    return found


def letters(file: str) -> set[str]:
    """The letters that a font has, blanks and marks of direction among them."""
    import uharfbuzz

    found = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(file)).unicodes
    return {chr(number) for number in found} | INVISIBLE


def must_be_shaped(letter: str) -> bool:
    """Whether a letter joins with its neighbours, stands above them, or runs from the right."""
    number = ord(letter)
    return unicodedata.combining(letter) != 0 or not any(first <= number < end for first, end in _SINGLE)
