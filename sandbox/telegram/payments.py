"""Paying an invoice: the bot is asked first, and hears of the money afterwards."""

import secrets

from sandbox.telegram.entities import Json
from sandbox.telegram.state import Chat, Person, Query, State

STARS = "XTR"


async def pay(state: State, person: Person, invoice: Json, chat: Chat, *, declined: bool = False) -> Json:
    """Carry a payment through: {"paid": true, "charge"} or {"paid": false, "error"}.

    `declined`: the payer's bank says no after the bot said yes, of which the bot hears nothing.
    """
    query = Query(f"{5_000_000_000 + len(state.queries)}", person, state.world.clock.now())
    state.queries[query.id] = query
    asked = {"id": query.id, "from": person.user(), "currency": invoice["currency"]}
    sums = {"total_amount": invoice["total_amount"], "invoice_payload": invoice["payload"]}
    state.updates.emit("pre_checkout_query", asked | sums, chat.id)
    try:
        answer = await state.world.until(lambda: query.answer, state.answer_within)
    except TimeoutError:
        query.answer = {"ok": False, "error_message": ""}
        return {"paid": False, "error": "The bot did not answer in time"}
    if not answer["ok"]:
        return {"paid": False, "error": answer["error_message"]}
    if declined:
        return {"paid": False, "error": "The card was declined"}
    return {"paid": True, "charge": _charge(state, person, invoice, chat)}


def _charge(state: State, person: Person, invoice: Json, chat: Chat) -> str:
    """Take the money and tell the bot; the charge's id. Those of Stars are long, as Telegram's are."""
    stars = invoice["currency"] == STARS
    charge = f"stx{secrets.token_urlsafe(96)}" if stars else f"tgcharge_{len(state.charges) + 1}"
    payment = {name: invoice[name] for name in ("currency", "total_amount")} | {"invoice_payload": invoice["payload"]}
    payment |= {
        "telegram_payment_charge_id": charge,
        "provider_payment_charge_id": f"provider_{len(state.charges) + 1}",
    }
    state.charges[charge] = {**payment, "user": person.id, "refunded": False}
    if stars:
        state.stars.append({**_moved(state, charge), "source": partner(state, charge)})
    invoice["paid"] = charge
    message = state.post(chat, person.user(), {"successful_payment": payment})
    state.updates.emit("message", message, chat.id)
    return charge


def give_back(state: State, charge: str) -> None:
    """Stars go back to who paid them, and the chat shows it."""
    paid = state.charges[charge]
    paid["refunded"] = True
    state.stars.append({**_moved(state, charge), "receiver": partner(state, charge)})
    chat = state.chats[paid["user"]]
    about = {key: value for key, value in paid.items() if key not in ("user", "refunded")}
    message = state.post(chat, state.people[paid["user"]].user(), {"refunded_payment": about})
    state.updates.emit("message", message, chat.id)


def partner(state: State, charge: str) -> Json:
    """The other side of a transaction, as a TransactionPartnerUser."""
    paid = state.charges[charge]
    user = state.people[paid["user"]].user()
    about = {"transaction_type": "invoice_payment", "invoice_payload": paid["invoice_payload"]}
    return {"type": "user", "user": user, **about}


def _moved(state: State, charge: str) -> Json:
    return {"id": charge, "amount": state.charges[charge]["total_amount"], "date": state.now()}
