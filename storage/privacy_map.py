"""The data map: every column in which something about a person may stand, why, how long, and what erasing does to it.

A test holds it against the tables, so that a new column of words is put on the map before it is filled.
"""

from dataclasses import dataclass

from sqlalchemy import Column, Enum, String
from sqlmodel import SQLModel

import storage.tables  # noqa: F401  # declares them

DESK = "people of the team"
OWNERS = "owners of the team"
NOBODY = "nobody"
BOTH = "the customer, people of the team"
TALK = "while the case is open and as long as the team keeps words after it"
BOOKS = "as long as the law asks for the books"
KNOWN = "until the customer is erased"
MEMBER = "until an owner removes them"
GONE = "the row goes"


@dataclass(frozen=True, slots=True)
class Held:
    """Columns of one table that are alike. `erased`: what becomes of them when their customer is erased."""

    table: str
    columns: str
    what: str
    why: str
    how_long: str
    seen_by: str
    erased: str

    @property
    def names(self) -> list[str]:
        """As `table.column`."""
        return [f"{self.table}.{name}" for name in self.columns.split()]


HELD = (
    Held("person", "name language zone", "how somebody is called, their language and clock", "to speak to them", KNOWN,
         DESK, "a pseudonym; the others are emptied"),
    Held("identity", "external_id person_id workspace", "the id at Telegram or Slack", "to know them again", KNOWN,
         NOBODY, GONE),
    Held("acquaintance", "person_id", "which team they met through a shared bot", "to speak for that team", KNOWN,
         NOBODY, GONE),
    Held("conversation", "customer_id holder_id answered_by_id", "whose case it is, who holds it", "to bring words on",
         BOOKS, DESK, "the customer is a pseudonym"),
    Held("seat", "chat thread", "the chat and the desk's thread", "to deliver", KNOWN, NOBODY, "the customer's goes"),
    Held("message", "author_id card_key body origin origin_json", "what was said and shown, files' names and places",
         "the conversation itself", TALK, BOTH, f"{GONE}; the desk's cards of case and payments are said anew"),
    Held("delivery", "external_id problem", "the platform's number of a message", "to edit it in place", TALK, NOBODY,
         GONE),
    Held("draft", "chat thread external_id form answers", "a form half filled in", "to go on with it", "7 days",
         "who fills it in", GONE),
    Held("rating", "comment", "a word about the conversation", "to do better", TALK, DESK, "emptied; the figure stays"),
    Held("room", "name", "a made-up word for a video room", "to open it", TALK, BOTH, GONE),
    Held("presence", "person_id", "who was in a room, and when", "evidence of a service", TALK, DESK, GONE),
    Held("presence", "entry call", "made-up words for an open page and its connection", "one place in a call for each",
         "until they leave the call", NOBODY, GONE),
    Held("callsignal", "sealed_word", "what two browsers tell each other, network addresses among it; sealed",
         "to connect them", "until the other browser has it, a moment later; at most until one of them leaves", NOBODY,
         GONE),
    Held("joincode", "digest person_id", "whose link opens a room; the secret itself is not kept", "to let them in",
         "7 days after it expires", NOBODY, GONE),
    Held("booking", "customer_id agent_id uid", "who booked whom, and when", "the agenda and the books", BOOKS, BOTH,
         "the customer is a pseudonym"),
    Held("bookedcell", "agent_id", "an agent's taken time", "to sell no time twice", BOOKS, NOBODY, "stays"),
    Held("paymentrequest", "code asked_by_id approved_by_id description payment_ref receipt_url detail",
         "what was asked for, by whom, and how it was paid", "the books", BOOKS, BOTH,
         "the name is taken out of the description; links and the gateway's words are emptied"),
    Held("requestline", "text", "one line of what was asked for", "the books", BOOKS, BOTH, "the name is taken out"),
    Held("checkout", "account reference checkout_ref url payment_ref", "one attempt to pay, at the gateway",
         "the books, and to ask the gateway again", BOOKS, DESK, "the address of the page is emptied"),
    Held("gatewayfact", "event_key body misfit", "what the gateway reported: references, sums, moments", "the books",
         BOOKS, DESK, "its words and links are emptied"),
    Held("refund", "reference payment_ref reason asked_by_id approved_by_id problem", "what went back, and why",
         "the books", BOOKS, BOTH, "reason and problem are emptied"),
    Held("paper", "name key body", "receipts, credit notes, packs of evidence", "the law asks for numbered papers",
         BOOKS, BOTH, "number, sums and tax stay; the name becomes the pseudonym, reasons and evidence are emptied"),
    Held("pretendedline", "checkout_ref body", "rehearsals without money", "to rehearse", BOOKS, NOBODY,
         "the name is taken out"),
    Held("audit", "actor_id deed about", "who of the team did and read what", "to answer for it", BOOKS, OWNERS,
         "stays, under the pseudonym"),
    Held("inbox", "lane body problem event_id", "an update of a platform, until it was taken in",
         "nothing is lost in a crash", "the words: until taken in; the event's number: 7 days; given up: 30 days",
         NOBODY, "emptied"),
    Held("outbox", "lane body problem", "what must go out, until it went", "nothing is lost in a crash",
         "the words: until sent; given up: 30 days; what a team's own system was told: 7 days", NOBODY, GONE),
    Held("pace", "key", "a chat that asked for patience", "to be patient", "until it is spoken to again", NOBODY, GONE),
    Held("role", "person_id slug", "what somebody of the team may do", "rights", MEMBER, OWNERS, "is not about them"),
    Held("hours", "person_id zone text closed", "when an agent works", "to offer times", MEMBER, BOTH,
         "is not about them"),
    Held("invitation", "made_by_id digest", "who invited somebody; the secret itself is not kept", "rights",
         "as long as the team is there", OWNERS, "is not about them"),
    Held("deskcode", "made_by_id digest", "who made a group a desk", "rights", "as long as the team is there", NOBODY,
         "is not about them"),
    Held("setupvisit", "digest person_id origin", "which owner opened the set-up page, and where they asked for it",
         "to tell them what was done", "as long as the team is there", NOBODY, "is not about them"),
    Held("slackinstallation", "user_id user_scopes", "who added the app to a workspace", "Slack's own store", MEMBER,
         NOBODY, "is not about them"),
)  # fmt: skip
"""What is on the map."""

WITHOUT_PEOPLE = {
    "the team's own words and settings": (
        "team.*", "service.*", "cannedreply.*", "coupon.*", "desk.*", "channelaccount.*", "gatewayaccount.*",
    ),
    "the app in a workspace, as Slack's own store has it": ("slackbot.*", "slackinstallation.*", "slackstate.*"),
    "words of the program": (
        "sweepturn.name", "inbox.kind", "inbox.source", "outbox.kind", "room.provider", "paymentrequest.currency",
        "paymentrequest.fee_currency",
        "paymentrequest.gateway", "checkout.gateway", "gatewayfact.gateway", "refund.gateway",
    ),
}  # fmt: skip
"""Columns of words that say nothing about a person, with the reason; `*`: all of the table that are not on the map."""


def columns_of_words() -> set[str]:
    """Every column that holds words or names a person, as `table.column`."""
    return {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if _is_words(column) or any(key.target_fullname == "person.id" for key in column.foreign_keys)
    }


def _is_words(column: Column[object]) -> bool:
    kind = getattr(column.type, "impl", column.type)
    return isinstance(kind, String) and not isinstance(column.type, Enum)


def on_the_map() -> set[str]:
    """What the map names, and what it names as being without people."""
    mapped = {name for held in HELD for name in held.names}
    plain = {name for names in WITHOUT_PEOPLE.values() for name in names}
    whole = {name.removesuffix(".*") for name in plain if name.endswith(".*")}
    return (
        mapped
        | (plain - {f"{table}.*" for table in whole})
        | {name for name in columns_of_words() if name.partition(".")[0] in whole}
    )


def as_markdown() -> str:
    """The map as `docs/privacy.md` shows it."""
    head = ("Where", "What stands there", "Why", "How long", "Who sees it", "When its customer is erased")
    rows = [(_where(held), held.what, held.why, held.how_long, held.seen_by, held.erased) for held in HELD]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows)) + "\n"


def _where(held: Held) -> str:
    return f"{held.table}: {', '.join(held.columns.split())}".replace("_", r"\_")
