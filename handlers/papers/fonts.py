"""Letters for papers: which font package writes which script, and what to do with signs that none of them has.

Written: Latin, Greek, Cyrillic, every currency's sign, Devanagari, Bengali, Tamil, Telugu, Arabic, and Chinese,
Japanese and Korean. Pictures such as emoji are left out; a letter of any other script shows as a question mark.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import as_file, files

from fpdf import FPDF

SANS = "sans"
JOINERS = "\u200c\u200d"
"""Signs without a shape that still decide how Indic and Arabic letters join."""


@dataclass(frozen=True, slots=True)
class Script:
    """A font, where it lies, and the spans of code points for which it is brought along."""

    name: str
    package: str
    place: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    def writes(self, text: str) -> bool:
        """Whether some letter of the text belongs to this script."""
        return any(first <= ord(letter) <= last for letter in text for first, last in self.spans)


BASE = Script(SANS, "fontpkg_noto_sans", ("files", "NotoSans[wdth,wght].ttf"), ())
SCRIPTS = (
    Script("bengali", "fontpkg_hind_siliguri", ("files", "HindSiliguri-Regular.ttf"), ((0x980, 0x9FF),)),
    Script("tamil", "fontpkg_noto_sans_tamil", ("files", "NotoSansTamil[wdth,wght].ttf"), ((0xB80, 0xBFF),)),
    Script("telugu", "fontpkg_noto_sans_telugu", ("files", "NotoSansTelugu[wdth,wght].ttf"), ((0xC00, 0xC7F),)),
    Script(
        "arabic",
        "fontpkg_noto_sans_arabic",
        ("files", "NotoSansArabic[wdth,wght].ttf"),
        ((0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFE)),
    ),
    Script(
        "cjk",
        "noto_cjk_sans_jp_regular",
        ("NotoSansCJKjp-Regular.otf",),
        ((0x1100, 0x11FF), (0x2E80, 0x9FFF), (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF),
         (0x20000, 0x3FFFF)),
    ),
)  # fmt: skip


def bring_fonts(pdf: FPDF, text: str) -> None:
    """Let `pdf` write `text`: the fonts of its scripts, with letters joined and ordered as each script wants it."""
    wanted = [script for script in SCRIPTS if script.writes(text)]
    for script in (BASE, *wanted):
        with as_file(files(script.package).joinpath(*script.place)) as path:
            pdf.add_font(script.name, fname=path)
    pdf.set_fallback_fonts([script.name for script in wanted], exact_match=False)
    pdf.set_font(SANS, size=10)
    pdf.set_text_shaping(True)


def writable(pdf: FPDF, text: str) -> str:
    """`text` with the signs that the fonts of `pdf` have."""
    return "".join(_signs(pdf, text)).strip()


def _signs(pdf: FPDF, text: str) -> Iterator[str]:
    for sign in text:
        kind = unicodedata.category(sign)
        # What turns the direction of a line could make a name read as another.
        if kind.startswith("C") and sign not in JOINERS and sign != "\n":
            yield " " if sign == "\t" else ""
        elif sign == "\n" or sign in JOINERS or _has(pdf, sign):
            yield sign
        else:
            yield "" if kind[0] in "SM" else "?"


def _has(pdf: FPDF, sign: str) -> bool:
    return any(ord(sign) in getattr(font, "cmap", ()) for font in pdf.fonts.values())
