"""Every door there is, and what is tried at it."""

from collections.abc import Iterator, Mapping

from handlers.routes import COMMAND_DOORS, FORM_DOORS, PRESS_DOORS, Door
from tests.handlers.victim import MARK, Victim

NAMES = {
    "menu": "", "help": "", "talk": "", "zone": "", "mine": "", "book": "", "book.day": "choice",
    "book.time": "choice", "book.hold": "choice", "book.yes": "booking", "book.no": "booking",
    "book.move": "booking", "book.move.to": "move", "book.moved": "move", "book.keep": "",
    "book.cancel": "booking", "book.cancelled": "booking", "book.quiet": "booking", "retry": "message",
    "case.claim": "case",
    "case.back": "case", "case.close": "case", "case.reopen": "case", "room.open": "case", "room.join": "room",
    "room.relink": "room",
    "pay.form": "case", "pay.send": "request", "pay.drop": "request", "pay.withdraw": "request",
    "pay.approve": "request", "pay.refuse": "request", "pay.evidence": "request", "refund.ask": "request",
    "refund.some": "request", "refund.yes": "request", "refund.approve": "request", "refund.refuse": "request",
    "refund.no": "request",
    "case.assign": "case", "case.snooze": "case", "case.reply": "case", "reply.send": "sending", "reply.drop": "",
    "reply.new": "", "reply.change": "reply", "reply.delete": "reply", "people": "", "people.one": "role",
    "people.role": "promotion", "people.remove": "role", "people.gone": "role", "invite.drop": "invitation",
    "rate": "score", "rate.word": "case", "team": "team", "team.new": "", "privacy": "", "privacy.copy": "person",
    "privacy.erase": "person", "privacy.erased": "person", "audit": "", "audit.csv": "", "payments": "",
    "payments.pretend": "", "payments.real": "",
    "pay.qr": "request", "pay.line": "request", "pay.deposit": "request", "pay.rest": "request",
    "pay.coupon": "request", "pay.tip": "tip", "pay.excess": "fact", "overtime.yes": "room", "overtime.no": "room",
    "agenda": "", "cases": "", "setup": "", "setup.menu": "", "setup.room": "", "setup.desk": "", "setup.try": "",
    "setup.team": "", "setup.hours": "", "setup.hours.of": "person", "setup.services": "", "setup.service": "service",
    "setup.service.new": "", "setup.service.change": "service", "setup.service.retire": "service",
    "setup.service.back": "service", "setup.policy": "service",
    "setup.prices": "", "setup.prices.change": "", "setup.coupon": "coupon", "setup.coupon.new": "",
    "setup.coupon.change": "coupon", "setup.coupon.retire": "coupon", "setup.coupon.back": "coupon",
}  # fmt: skip
"""What each button's value names."""
FORMS = {
    "pay": "case", "pay.reading": "case", "pay.items": "typed", "pay.line": "new line",
    "pay.deposit": "new line", "pay.coupon": "request",
    "refund": "request", "assign": "case", "snooze": "case", "reply": "case",
    "reply.edit": "reply", "case.reply": "case", "rating": "case", "whom": "case", "team.new": "", "zone": "",
    "setup.team": "", "setup.hours": "person", "setup.service": "service", "setup.policy": "service",
    "setup.prices": "", "setup.coupon": "coupon",
}  # fmt: skip
"""What each form's value names."""
ARGUMENTS = ("", "1", "49 USD for that", "²", "9" * 30, "9" * 5000, "٣ USD", "x" * 4000, "-1", "valid 9 d", "\x00")
"""What is typed behind a command."""
MADE_UP = {
    "typed": (
        "{case}|all|0||49 A; 20 B 7%",
        "{case}|line|{request}|0|20 B 7%",
        "{case}|deposit|{request}||30%",
        "{case}|²",
    ),
    "new line": ("{case}|{request}", "{case}|²", "0|{request}"),
    "tip": ("{request}|10", "{request}|0", "{request}|999", "{request}|²", "{request}|own 5"),
    "fact": ("{request}|1", "{request}|2", "{request}|²", "{request}|"),
    "score": ("{case}|5", "{case}|1", "{case}|0", "{case}|6", "{case}|²"),
    "promotion": ("{role}|viewer", "{role}|owner", "{role}|king", "{role}|"),
    "sending": ("{case}|{reply}|", "{case}|{reply}|0123456789ab", "{case}|²|", "{case}"),
}
"""Values of several parts."""
HOSTILE = (
    "", "x", "999999", "-1", "0", "9" * 25, "9" * 5000, "1|2", "|", "²", "²|", "٣", "٣|", "1.0", "\x00",
    "1'; DROP TABLE team; --",
)  # fmt: skip
"""What no button of ours ever carries."""
CHOICES = (
    "", "x", "||", "1|T|0", "1||9", "²||0", "1|2026-03-03|" + "9" * 25, "9" * 25 + "|2026-03-03|0", "1|0001-01-01|0",
    "1|9999-12-31|0", "1|99991231T2359|0", "1|00010101T0000|0", "1|20260303T0800|²", "1|20260303T9900|0",
    "1|2026-02-31|0", "-1|2026-03-03|0", "1|20990303T0800|0", "1|20260303T0800|0|²", "1|20260303T0800|0|",
    "1|20260303T0800|0|" + "9" * 25, "1||0|999999", "1|20260303T0800|0|999999",
)  # fmt: skip
"""What no button of the way to a booking carries."""
ANSWERS: tuple[dict[str, str], ...] = (
    {}, {"amount": "49", "description": MARK}, {"amount": "²", "description": ""}, {"amount": "9" * 5000},
    {"to": "1", "note": "look after them"}, {"until": "1 h"}, {"reply": "1"}, {"words": MARK}, {"words": f"// {MARK}"},
    {"key": "prices", "text": "{customer}?"},
    {"deposit": "30%"}, {"code": "SPRING"}, {"reading": "1"},
    {"key": "²", "text": "{there}"}, {"word": "a word"}, {"name": "Sun", "minutes": "30", "price": "49"},
    {"name": "Sun", "zone": "Berlin", "currency": "EUR"}, {"hours": "Mon 09:00-10:00", "zone": "Berlin"},
    {"free": "1", "fee": "100"}, {"tips": "5, 10", "deposit": "30", "overtime": "2", "overtime_after": "5"},
    {"code": "OWN", "off": "5 USD", "uses": "1"}, {"off": "99 %", "until": "2026-02-31"},
    {"reading": "4900 USD"}, {"reading": "² USD"}, {"reading": "1 XXQ"}, {"reading": "9" * 5000 + " USD"},
)  # fmt: skip
"""What a form might come back with."""
TABLES: dict[str, Mapping[str, Door]] = {"commands": COMMAND_DOORS, "buttons": PRESS_DOORS, "forms": FORM_DOORS}
FOR_ANYBODY = {
    "commands": "start teams setup connect book bookings talk zone cancel privacy terms paysupport help join qr",
    "buttons": "team team.new setup menu help talk zone mine book book.day book.time book.hold book.yes book.no "
    "book.move book.move.to book.moved book.keep book.cancel book.cancelled book.quiet "
    "retry rate rate.word privacy privacy.copy privacy.erase privacy.erased pay.qr "
    "pay.coupon pay.tip",
    "forms": "rating whom team.new pay.coupon zone",
}
"""The doors that are open to strangers: each is stated here once more, so that none is left open by accident."""


def values(victim: Victim, kind: str) -> Iterator[str]:
    if kind in {"choice", "move"}:
        for when in ("", "2026-03-03", "20260303T0800"):
            yield from (f"{service}|{when}|{case}" for service in victim.ids["service"] for case in (victim.case, 0))
            yield from (
                f"{service}|{when}|0|{moves}" for service in victim.ids["service"] for moves in victim.ids["booking"]
            )
        yield from CHOICES
    elif kind in MADE_UP:
        yield from (made.format(**{name: ids[0] for name, ids in victim.ids.items()}) for made in MADE_UP[kind])
        yield from HOSTILE
    elif kind:
        for number in victim.ids[kind]:
            yield from (str(number), f"{number}|")
        yield from HOSTILE
    else:
        yield from ("", "x", "²")
