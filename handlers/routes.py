"""Every door in one table: which handler hears which command, button and form, and who may use it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from handlers import cases, greeting, helping, rehearsing, relay, rooms
from handlers.accounts import visiting
from handlers.appointments import choosing, holding, lists, moving, reminding
from handlers.checkout import asking, coupons, excess, itemising, overtime, qr, refunds, resting, support, tipping
from handlers.desk import handing_over, inviting, listing, replies, replying, satisfaction, snoozing, staff
from handlers.heard import Place, Submitted
from handlers.moving import connecting, founding, starting, switching
from handlers.moving.setup import asked, asked_prices, hours, pages, prices, reach, services, team
from handlers.moving.setup import coupons as setup_coupons
from handlers.papers import evidence
from handlers.privacy import asking as privacy
from handlers.privacy import log
from handlers.rights import Right
from handlers.turn import Turn

Handler = Callable[[Turn], Awaitable[None]]
Check = Callable[[Submitted], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Door:
    """A handler and who may use it.

    `names_case`: the press or the form carries the case's number. `at_desk`: what customers do for themselves, agents
    do at the desk for the customer of a case. `noted`: how the team's log names it when one of its people comes
    through; empty where the handler writes down itself what came of it, or where there is nothing to answer for.
    """

    handler: Handler
    right: Right = Right.ANYONE
    names_case: bool = False
    at_desk: bool = False
    check: Check | None = None
    noted: str = ""

    async def open(self, turn: Turn) -> None:
        """Let somebody through who may, and write it down."""
        await self.handler(turn)
        if self.noted and turn.role is not None:
            about = f"case {turn.conversation.id}" if self.right is Right.CASE and turn.conversation else ""
            turn.work.audits.note(turn.team.id, turn.person.id, self.noted, about)

    def asks_case(self, turn: Turn) -> bool:
        """Whether this person, at this place, can only mean it for a case."""
        at_desk = turn.is_agent and turn.origin.place is not Place.PRIVATE
        return self.right is Right.CASE or (self.at_desk and at_desk)


COMMAND_DOORS: Mapping[str, Door] = {
    "start": Door(starting.start),
    "teams": Door(switching.teams),
    "setup": Door(pages.setup),
    "today": Door(pages.today, Right.LOOK, noted="day read"),
    "connect": Door(connecting.connect),
    "book": Door(choosing.book, at_desk=True),
    "bookings": Door(lists.mine),
    "talk": Door(greeting.talk),
    "zone": Door(helping.zone),
    "cancel": Door(helping.cancel),
    "privacy": Door(privacy.privacy),
    "audit": Door(log.show, Right.OWNER),
    "terms": Door(support.terms),
    "paysupport": Door(support.pay_support),
    "help": Door(helping.help_me),
    "video": Door(rooms.video, Right.CASE, noted="video room"),
    "pay": Door(asking.pay, Right.CASE),
    "qr": Door(qr.show, at_desk=True),
    "refund": Door(refunds.ask_newest, Right.CASE),
    "agenda": Door(lists.agenda, Right.LOOK, noted="agenda read"),
    "cases": Door(listing.cases, Right.LOOK, noted="cases read"),
    "note": Door(relay.note, Right.CASE),
    "claim": Door(cases.claim, Right.CASE, noted="claim"),
    "back": Door(cases.hand_back, Right.CASE, noted="hand back"),
    "close": Door(cases.close, Right.CASE, noted="close"),
    "reopen": Door(cases.reopen, Right.CASE, noted="reopen"),
    "assign": Door(handing_over.assign, Right.CASE),
    "snooze": Door(snoozing.snooze, Right.CASE),
    "r": Door(replies.reply, Right.CASE),
    "replies": Door(replies.overview, Right.AGENT),
    "payments": Door(visiting.payments, Right.OWNER),
    "people": Door(staff.people, Right.OWNER),
    "invite": Door(inviting.invite, Right.OWNER),
    "join": Door(inviting.join),
}

PRESS_DOORS: Mapping[str, Door] = {
    "team": Door(switching.switch),
    "team.new": Door(founding.ask),
    "agenda": Door(lists.agenda, Right.LOOK, noted="agenda read"),
    "cases": Door(listing.cases, Right.LOOK, noted="cases read"),
    "setup": Door(pages.setup),
    "setup.menu": Door(pages.menu, Right.OWNER),
    "setup.room": Door(pages.room, Right.OWNER),
    "setup.desk": Door(reach.desk, Right.OWNER),
    "setup.try": Door(reach.try_it, Right.OWNER),
    "setup.team": Door(team.ask, Right.OWNER),
    "setup.hours": Door(hours.overview, Right.OWNER),
    "setup.hours.of": Door(hours.ask, Right.OWNER),
    "setup.services": Door(services.overview, Right.OWNER),
    "setup.service": Door(services.one, Right.OWNER),
    "setup.service.new": Door(services.new, Right.OWNER),
    "setup.service.change": Door(services.change, Right.OWNER),
    "setup.service.retire": Door(services.retire, Right.OWNER),
    "setup.service.back": Door(services.offer_again, Right.OWNER),
    "setup.policy": Door(services.policy, Right.OWNER),
    "setup.prices": Door(prices.overview, Right.OWNER),
    "setup.prices.change": Door(prices.change, Right.OWNER),
    "setup.coupon": Door(setup_coupons.one, Right.OWNER),
    "setup.coupon.new": Door(setup_coupons.new, Right.OWNER),
    "setup.coupon.change": Door(setup_coupons.change, Right.OWNER),
    "setup.coupon.retire": Door(setup_coupons.retire, Right.OWNER),
    "setup.coupon.back": Door(setup_coupons.take_again, Right.OWNER),
    "menu": Door(helping.menu),
    "help": Door(helping.help_me),
    "talk": Door(greeting.talk),
    "zone": Door(choosing.zone_chosen),
    "mine": Door(lists.mine),
    "book": Door(choosing.book),
    "book.day": Door(choosing.choose_day),
    "book.time": Door(choosing.choose_time),
    "book.hold": Door(holding.hold),
    "book.yes": Door(holding.confirm),
    "book.no": Door(holding.drop),
    "book.move": Door(moving.ask),
    "book.move.to": Door(moving.to),
    "book.moved": Door(moving.moved),
    "book.keep": Door(moving.keep),
    "book.cancel": Door(holding.ask_cancel),
    "book.cancelled": Door(holding.cancelled),
    "book.quiet": Door(reminding.quiet),
    "retry": Door(relay.retry),
    "case.claim": Door(cases.claim, Right.CASE, names_case=True, noted="claim"),
    "case.back": Door(cases.hand_back, Right.CASE, names_case=True, noted="hand back"),
    "case.close": Door(cases.close, Right.CASE, names_case=True, noted="close"),
    "case.reopen": Door(cases.reopen, Right.CASE, names_case=True, noted="reopen"),
    "case.assign": Door(handing_over.choose, Right.CASE, names_case=True),
    "case.snooze": Door(snoozing.choose, Right.CASE, names_case=True),
    "case.reply": Door(replying.ask, Right.CASE, names_case=True),
    "reply.send": Door(replies.send_reply, Right.CASE, names_case=True),
    "reply.drop": Door(replies.drop_preview, Right.AGENT),
    "reply.new": Door(replies.new_form, Right.AGENT),
    "reply.change": Door(replies.change_form, Right.AGENT),
    "reply.delete": Door(replies.delete, Right.AGENT),
    "payments": Door(visiting.payments, Right.OWNER),
    "payments.pretend": Door(rehearsing.begin, Right.OWNER),
    "payments.real": Door(rehearsing.end, Right.OWNER),
    "people": Door(staff.people, Right.OWNER),
    "people.one": Door(staff.one, Right.OWNER),
    "people.role": Door(staff.change_role, Right.OWNER),
    "people.remove": Door(staff.ask_remove, Right.OWNER),
    "people.gone": Door(staff.remove, Right.OWNER),
    "invite.drop": Door(inviting.withdraw, Right.OWNER),
    "rate": Door(satisfaction.rated),
    "rate.word": Door(satisfaction.word_form),
    "privacy": Door(privacy.privacy),
    "privacy.copy": Door(privacy.copy),
    "privacy.erase": Door(privacy.ask_erase),
    "privacy.erased": Door(privacy.erase),
    "audit": Door(log.show, Right.OWNER),
    "audit.csv": Door(log.as_csv, Right.OWNER),
    "room.open": Door(rooms.video, Right.CASE, names_case=True, noted="video room"),
    "room.join": Door(rooms.join, Right.AGENT),
    "room.relink": Door(rooms.new_customer_link, Right.AGENT),
    "pay.form": Door(asking.ask_form, Right.CASE, names_case=True),
    "pay.send": Door(asking.send_request, Right.AGENT),
    "pay.approve": Door(asking.approved, Right.AGENT),
    "pay.refuse": Door(asking.refused, Right.AGENT),
    "pay.drop": Door(asking.drop_preview, Right.AGENT),
    "pay.qr": Door(qr.show),
    "pay.withdraw": Door(asking.withdraw, Right.AGENT),
    "pay.line": Door(itemising.line_form, Right.AGENT),
    "pay.deposit": Door(itemising.deposit_form, Right.AGENT),
    "pay.rest": Door(resting.ask_rest, Right.AGENT),
    "pay.coupon": Door(coupons.ask_code),
    "pay.tip": Door(tipping.choose),
    "pay.excess": Door(excess.taken, Right.AGENT),
    "overtime.yes": Door(overtime.accepted, Right.AGENT),
    "overtime.no": Door(overtime.declined, Right.AGENT),
    "pay.evidence": Door(evidence.asked_for, Right.AGENT),
    "refund.ask": Door(refunds.ask, Right.AGENT),
    "refund.some": Door(refunds.ask_sum, Right.AGENT),
    "refund.yes": Door(refunds.confirmed, Right.AGENT),
    "refund.approve": Door(refunds.approved, Right.AGENT),
    "refund.refuse": Door(refunds.refused, Right.AGENT),
    "refund.no": Door(refunds.dropped, Right.AGENT),
}

FORM_DOORS: Mapping[str, Door] = {
    greeting.ZONE: Door(choosing.zone_chosen, check=greeting.check_zone),
    "whom": Door(switching.whom_chosen),
    "team.new": Door(founding.founded, check=founding.check),
    "setup.team": Door(team.saved, Right.OWNER, check=asked.check_team),
    "setup.hours": Door(hours.saved, Right.OWNER, check=asked.check_hours),
    "setup.service": Door(services.saved, Right.OWNER, check=asked.check_service),
    "setup.policy": Door(services.policy_saved, Right.OWNER, check=asked.check_policy),
    "setup.prices": Door(prices.saved, Right.OWNER, check=asked_prices.check_prices),
    "setup.coupon": Door(setup_coupons.saved, Right.OWNER, check=asked_prices.check_coupon),
    "assign": Door(handing_over.chosen, Right.CASE, names_case=True),
    "snooze": Door(snoozing.chosen, Right.CASE, names_case=True),
    "reply": Door(replies.chosen, Right.CASE, names_case=True),
    "case.reply": Door(replying.filled, Right.CASE, names_case=True, check=replying.check_form),
    "reply.edit": Door(replies.form_filled, Right.AGENT, check=replies.check_form),
    "rating": Door(satisfaction.word_given),
    "pay": Door(asking.form_filled, Right.CASE, names_case=True, check=asking.check_form),
    "pay.reading": Door(asking.reading_chosen, Right.CASE, names_case=True),
    "pay.items": Door(itemising.reading_chosen, Right.CASE, names_case=True),
    "pay.line": Door(itemising.line_filled, Right.CASE, names_case=True, check=asking.check_form),
    "pay.deposit": Door(itemising.deposit_filled, Right.CASE, names_case=True),
    "pay.coupon": Door(coupons.code_given),
    "refund": Door(refunds.form_filled, Right.AGENT),
}


def check_form(submitted: Submitted) -> Mapping[str, str]:
    """What is wrong with a filled-in form, by field name; pure, so a channel may ask before it answers its platform."""
    door = FORM_DOORS.get(submitted.form)
    return door.check(submitted) if door and door.check else {}
