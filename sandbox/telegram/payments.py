"""Paying an invoice: the bot is asked first, and hears of the money afterwards."""

from sandbox.telegram.entities import Json
from sandbox.telegram.state import Chat, Person, Query, State

PRE_CHECKOUT_SECONDS = 10


async def pay(state: State, person: Person, invoice: Json, chat: Chat) -> Json:
    """Carry a payment through: {"paid": true, "charge"} or {"paid": false, "error"}."""
    query = Query(f"{5_000_000_000 + len(state.queries)}", person, state.world.clock.now())
    state.queries[query.id] = query
    asked = {"id": query.id, "from": person.user(), "currency": invoice["currency"]}
    sums = {"total_amount": invoice["total_amount"], "invoice_payload": invoice["payload"]}
    state.updates.emit("pre_checkout_query", asked | sums, chat.id)
    try:
        answer = await state.world.until(lambda: query.answer, PRE_CHECKOUT_SECONDS)
    except TimeoutError:
        return {"paid": False, "error": "The bot did not answer in time"}
    if not answer["ok"]:
        return {"paid": False, "error": answer["error_message"]}
    charge = f"tgcharge_{len(state.charges) + 1}"
    payment = {"currency": invoice["currency"], **sums, "telegram_payment_charge_id": charge}
    payment["provider_payment_charge_id"] = f"provider_{charge}"
    state.charges[charge] = {**payment, "user": person.id, "refunded": False}
    invoice["paid"] = charge
    message = state.post(chat, person.user(), {"successful_payment": payment})
    state.updates.emit("message", message, chat.id)
    return {"paid": True, "charge": charge}
