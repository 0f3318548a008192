"""Evidence: everything that is known about a disputed payment, hashed line by line, and nothing that opens a door."""

import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from handlers.fulfilment import Fulfilment
from handlers.messages import Attachment
from handlers.papers.chain import Entry, Line, Pack, chained, first_break
from handlers.papers.cleaning import HIDDEN, clean
from handlers.papers.files import fetch_paper
from handlers.rooms import make_link
from payments.facts import FactKind
from storage.tables import Presence, Room, Side
from tests.handlers.market import Market
from tests.handlers.town import START

SECRETS = ("https://example.com/room/s3cret-code?jwt=eyJhbGciOi", "sk_live_51Habcdefgh", "xoxb-1-abc-DEF",
           "whsec_c2VjcmV0", "123456789:AAF-abcdefghijklmnopqrstuvwxyz0123456", 
           "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_123", "4242 4242 4242 4242", "5555555555554444")  # fmt: skip


async def dispute(market: Market) -> None:
    """Words, a note, a room, a payment, a part refund, and then the bank."""
    secret = " and ".join(SECRETS)
    await market.hear(market.desk.says("// Mia sounds unsure"), market.town.mia.says(f"My link was {secret}"))
    await market.hear(market.desk.says("See you in the room"))
    await market.ask()
    page = await market.open((await market.requests())[-1])
    market.till.pay(page)
    await market.webhook(market.till.webhooks[-1])
    await _meet(market)
    market.till.refund_in_dashboard(page, 1000)
    await market.webhook(market.till.webhooks[-1])
    market.town.clock.pass_by(hours=2)
    await market.webhook(
        replace(market.till.webhooks[-1], kind=FactKind.DISPUTED, event_id="evt_bank", at=market.town.clock())
    )


async def _meet(market: Market) -> None:
    async with market.town.database.begin() as work:
        case = await work.talk.conversation(1)
        assert case is not None
        room = Room(
            conversation_id=1, provider="webrtc", name="r", opened_at=START, closes_at=START + timedelta(hours=3)
        )
        await work.rooms.add(room)
        mia = await work.people.person(case.customer_id)
        await make_link(market.town.house, work, room, mia, Side.CUSTOMER)
        joined = work.now + timedelta(minutes=1)
        left = joined + timedelta(minutes=29)
        await work.rooms.add(Presence(room_id=room.id, person_id=mia.id, joined_at=joined, left_at=left, seen_at=left))


async def pack_of(market: Market) -> tuple[Pack, bytes, bytes]:
    """Press the button of the card; the pack, its JSON and its PDF."""
    await market.hear(market.desk.presses("pay.evidence", market.town.notebook.button("pay.evidence")))
    shown = market.town.notebook.shown[-1]
    assert (shown.chat, shown.message.title) == ("acme-desk", "Evidence TEST-ACME-EV-2026-000001")
    pdf, raw = [await fetch_paper(market.town.house, file) for file in shown.message.files]
    return Pack.model_validate_json(raw), raw, pdf


async def promise(market: Market) -> None:
    """The service that was asked for brings a text into the chat once it is paid."""
    async with market.town.database.begin() as work:
        service = await work.people.service(market.town.service.id)
        request = await work.payments.request(1)
        assert service is not None and request is not None
        service.fulfilment, request.service_id = Fulfilment(text="Your exercises").model_dump_json(), service.id


async def test_the_pack_tells_the_whole_story_in_the_order_of_time(market: Market) -> None:
    await dispute(market)
    await promise(market)
    pack, _, _ = await pack_of(market)
    told = [line.what for line in pack.lines]
    for what in (
        "The customer wrote", "The agent wrote", "The request was written and shown to its agent",
        "The request was put before the customer", "The customer opened the pay page and went on to the gateway",
        "till reported: captured", "What was bought was delivered in the chat", "The team's own system was told",
        "Receipt TEST-ACME-2026-000001 was issued", "Joined the video room", "Left the video room",
        "till reported: refunded", "Credit note TEST-ACME-CN-2026-000001 was issued", "till reported: disputed",
    ):  # fmt: skip
        assert what in told, what
    assert told[-1] == "This pack was made; the request stands as follows"
    assert [line.at for line in pack.lines] == sorted(line.at for line in pack.lines)
    offer = next(line for line in pack.lines if line.what.startswith("The request was written"))
    assert (offer.facts["sum"], offer.facts["asked by"], offer.facts["customer"]) == ("$49.00", "Ana", "Mia")
    assert pack.lines[-1].facts["gone back"] == "$10.00"
    assert first_break(pack) is None


async def test_it_holds_no_note_no_card_number_no_token_and_no_link_that_opens(market: Market) -> None:
    await dispute(market)
    _, raw, pdf = await pack_of(market)
    text = raw.decode() + "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    (request,) = await market.requests()
    for secret in (*SECRETS, "s3cret", "4242 4242", "55555555", request.code, "sounds unsure", "till.invalid"):
        assert secret not in text, secret
    assert f"example.com/{HIDDEN}" in text and "See you in the room" in text


async def test_the_pdf_says_what_the_json_says_and_both_stay_as_they_are(market: Market) -> None:
    await dispute(market)
    pack, raw, pdf = await pack_of(market)
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    assert all(line.what in text.replace("\n", " ") for line in pack.lines)
    assert all(line.hash[:12] in text for line in pack.lines)
    assert pack.head in text.replace("\n", "")
    files = market.town.notebook.shown[-1].message.files
    assert [await fetch_paper(market.town.house, file) for file in files] == [pdf, raw]


async def test_nothing_is_called_delivered_that_nobody_promised(market: Market) -> None:
    await dispute(market)
    pack, _, _ = await pack_of(market)
    assert "What was bought was delivered in the chat" not in [line.what for line in pack.lines]


async def test_the_last_hash_is_written_into_the_teams_log(market: Market) -> None:
    await dispute(market)
    pack, _, _ = await pack_of(market)
    async with market.town.database.begin() as work:
        newest, *_ = await work.audits.of(market.town.team.id)
    assert (
        newest.deed == "evidence" and newest.about.endswith(pack.head) and newest.actor_id == market.town.ana.person_id
    )


async def test_evidence_is_for_disputes(market: Market) -> None:
    number = str(await market.ask())
    await market.hear(market.desk.presses("pay.evidence", number))
    assert market.town.notebook.answers[-1][1].text == "This payment is not disputed."
    assert [file for one in market.town.notebook.shown for file in one.message.files] == list[Attachment]()


def _pack(count: int) -> Pack:
    entries = [Entry(at=START + timedelta(minutes=minute), what="Said", facts={"words": f"Word {minute}"})
               for minute in range(count)]  # fmt: skip
    lines = chained(entries)
    return Pack(name="n", about="a", team="t", live=True, made_at=START, lines=lines, head=lines[-1].hash)


CHANGES = {
    "at": START - timedelta(days=1), "what": "Kept silent", "facts": {"words": "Yes"}, "before": "1" * 64,
    "hash": "2" * 64, "number": 99,
}  # fmt: skip


@given(st.integers(1, 8), st.data())
def test_a_change_of_any_line_is_found_there(count: int, data: st.DataObject) -> None:
    pack = _pack(count)
    assert first_break(Pack.model_validate_json(pack.model_dump_json())) is None
    place, field = data.draw(st.integers(0, count - 1)), data.draw(st.sampled_from(sorted(CHANGES)))
    changed = _with(pack, place, pack.lines[place].model_copy(update={field: CHANGES[field]}))
    assert first_break(changed) == place + 1


def _with(pack: Pack, place: int, line: Line) -> Pack:
    lines = (*pack.lines[:place], line, *pack.lines[place + 1 :])
    return Pack.model_validate(json.loads(pack.model_copy(update={"lines": lines}).model_dump_json()))


@given(st.integers(2, 8), st.data())
def test_a_line_that_is_taken_out_is_missed(count: int, data: st.DataObject) -> None:
    pack = _pack(count)
    place = data.draw(st.integers(0, count - 1))
    shorter = pack.model_copy(update={"lines": (*pack.lines[:place], *pack.lines[place + 1 :])})
    assert first_break(shorter) == place + 1


@pytest.mark.parametrize("secret", SECRETS)
def test_what_must_not_leave_is_left_out(secret: str) -> None:
    assert secret not in clean(f"It is {secret}, keep it.")


@pytest.mark.parametrize("text", ["pay_29QQoUBi66xm2f", "cs_test_a1B2", "49.00 USD at 10:00", "evt_1NG8Du2eZvKYlo2C"])
def test_what_proves_something_stays(text: str) -> None:
    assert clean(text) == text
