"""The sheet that all papers are drawn on: A4, margins, fonts, and the same bytes whenever it is drawn again."""

from datetime import datetime

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from handlers.papers.fonts import bring_fonts, writable

MARGIN = 20.0
"""Millimetres."""
INK = (28, 33, 40)
SOFT = (105, 114, 125)
ACCENT = (20, 83, 136)
RULE = (214, 219, 225)
STAMP = (236, 226, 226)


class Sheet(FPDF):
    """A document whose texts may be in any script. `text`: all that will stand on it. `stamp`: a word across each page.

    `small_print` stands at the foot of each page, with the page's number.
    """

    def __init__(self, text: str, *, title: str, made_at: datetime, stamp: str = "", small_print: str = "") -> None:
        """Nothing that changes from one drawing to the next goes in."""
        super().__init__(format="A4")
        self._stamp, self._small_print = stamp, small_print
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, margin=MARGIN + 8)
        bring_fonts(self, text)
        self.set_title(title)
        self.set_creator("Bellhop")
        self.set_creation_date(made_at)
        self.add_page()

    def header(self) -> None:
        """The stamp, under everything else."""
        if self._stamp:
            self.set_font_size(120)
            self.set_text_color(*STAMP)
            with self.rotation(48, self.w / 2, self.h / 2):
                width = self.get_string_width(self._stamp)
                self.text((self.w - width) / 2, self.h / 2 + 20, self._stamp)
            self.set_xy(MARGIN, MARGIN)

    def footer(self) -> None:
        """The small print and the page's number."""
        self.set_y(-MARGIN)
        self.look(8, SOFT)
        text, room = writable(self, self._small_print), self.epw - 12
        # A long name or a hash is set smaller, so that it does not run into the number.
        self.set_font_size(8 * min(1, room / max(1, self.get_string_width(text))))
        self.cell(room, 5, text)
        self.look(8, SOFT)
        self.cell(12, 5, str(self.page_no()), align="R")

    def look(self, size: float, color: tuple[int, int, int] = INK) -> None:
        """How the next words look; size in points."""
        self.set_font_size(size)
        self.set_text_color(*color)

    def words(self, text: str, *, width: float = 0, height: float = 5.5, align: str = "L") -> None:
        """A text in as many lines as it needs; what follows stands below it."""
        self.multi_cell(width, height, writable(self, text), align=align, new_x=XPos.LEFT, new_y=YPos.NEXT)
        # fpdf2 names the size of a text in another script's font inside the state that it then leaves, and believes
        # it to stand: what follows would be set in the size of before.
        self.current_font_is_set_on_page = False

    def strong(self, text: str, *, width: float = 0, height: float = 7, align: str = "L") -> None:
        """Words that stand out: the outline of each letter is drawn as well."""
        with self.local_context(text_mode="FILL_STROKE", line_width=0.18, draw_color=self.text_color):
            self.words(text, width=width, height=height, align=align)

    def rule(self, *, color: tuple[int, int, int] = RULE, gap: float = 3) -> None:
        """A line across the page."""
        self.set_draw_color(*color)
        self.set_line_width(0.3)
        self.line(self.l_margin, self.get_y() + gap / 2, self.w - self.r_margin, self.get_y() + gap / 2)
        self.set_y(self.get_y() + gap)

    def finished(self) -> bytes:
        """The document."""
        return bytes(self.output())
