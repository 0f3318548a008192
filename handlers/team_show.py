"""A team as a file would declare it; its secrets are not shown."""

import json
from collections.abc import Iterable

from handlers.fulfilment import Fulfilment
from handlers.moving.bookings_ahead import bookings_ahead
from handlers.privacy.terms import DAYS, days_text
from handlers.team_coupons import coupon_toml, pricing_toml
from payments.money import Money, as_decimal
from payments.tax import percent
from storage.tables import Service, Team
from storage.work import Work


async def as_toml(work: Work, team: Team) -> str:
    """The team in TOML."""
    head = _pairs(
        name=team.name, slug=team.slug, currency=team.currency, time_zone=team.zone, about=team.about,
        room=team.room_provider,
    )  # fmt: skip
    if team.approve_above_minor is not None:
        head += _pairs(approve_above=str(as_decimal(Money(team.approve_above_minor, team.currency))))
    if team.live:
        head.append("live = true")
    if team.gateway:
        head.append(f"gateway = {_one_or_several(team.gateway.split(','))}")
    head += [*_legal(team), *pricing_toml(team), *_privacy(team)]
    webhook = ["", "[webhook]", *_pairs(url=team.webhook_url)] if team.webhook_url else []
    sold = [line for service in await work.people.services(team.id) for line in _service(service)]
    sold += [line for coupon in await work.pricing.coupons(team.id) for line in coupon_toml(coupon)]
    people = [*await _desks(work, team), *await _agents(work, team)]
    return "\n".join([*await _gone(work, team), *head, *webhook, *people, *sold, ""])


async def _gone(work: Work, team: Team) -> list[str]:
    """Where the app was removed: nobody could be told there, so it is told here."""
    left = [account for account in await work.people.accounts_of(team.id) if account.left_at is not None]
    ahead = len(await bookings_ahead(work, team)) if left else 0
    return [
        f"# {account.channel.title()} {account.external_id}: "
        f"removed {account.left_at:%Y-%m-%d}, bookings ahead: {ahead}"
        for account in left
    ]


def _legal(team: Team) -> list[str]:
    lines = _pairs(name=team.legal_name, address=team.legal_address, tax_id=team.tax_id)
    if team.tax_rate is not None:
        lines.append(f"tax_rate = {percent(team.tax_rate)}")
    if not team.prices_include_tax:
        lines.append("prices_include_tax = false")
    return ["", "[legal]", *lines] if lines else []


def _privacy(team: Team) -> list[str]:
    return ["", "[privacy]", *_pairs(keep_messages=days_text(team.keep_days))] if team.keep_days != DAYS else []


async def _desks(work: Work, team: Team) -> list[str]:
    channels = {account.id: account.channel for account in await work.people.accounts_of(team.id)}
    desks = {channels[desk.account_id]: desk.chat for desk in await work.people.desks_of(team.id)}
    return ["", "[desks]", *_pairs(**desks)] if desks else []


async def _agents(work: Work, team: Team) -> list[str]:
    channels = {account.id: account.channel for account in await work.people.accounts_of(team.id)}
    hours = {row.person_id: row for row in await work.people.hours_of(team.id)}
    lines: list[str] = []
    for role in await work.people.roles_of(team.id):
        person, row = await work.people.person(role.person_id), hours.get(role.person_id)
        identities = await work.people.identities(person.id)
        ids = {channels[one.account_id]: one.external_id for one in identities if one.account_id in channels}
        lines += [
            "",
            "[[agents]]",
            *_pairs(slug=role.slug or f"person-{person.id}", name=person.name, role=role.kind.value, **ids),
        ]
        lines += _pairs(time_zone=row.zone if row else person.zone)
        lines.append(f"hours = {_quoted(row.text if row else '')}")
        if row and row.closed:
            lines.append(f"closed = [{', '.join(row.closed.split(','))}]")
    return lines


def _service(service: Service) -> Iterable[str]:
    yield from ("", "[[services]]", *_pairs(slug=service.slug, name=service.name))
    yield f"minutes = {service.minutes}"
    if service.price_minor:
        price = Money(service.price_minor, service.currency)
        yield f"price = {_quoted(f'{as_decimal(price)} {price.currency}')}"
    yield from _pairs(description=service.description)
    numbers = {
        "step": service.step_minutes,
        "pause": service.pause_minutes,
        "notice": service.notice_minutes,
        "horizon": service.horizon_days,
        "cancel_free_hours": service.free_cancel_hours,
        "late_fee_percent": service.late_fee_percent,
    }
    yield from (f"{name} = {number}" for name, number in numbers.items())
    yield from _after_payment(Fulfilment.model_validate_json(service.fulfilment))


def _after_payment(promised: Fulfilment) -> list[str]:
    if promised == Fulfilment():
        return []
    link = {"link": promised.link, "link_label": promised.link_label} if promised.link else {}
    file = {"file": promised.file.content.decode(), "file_name": promised.file.name} if promised.file else {}
    return ["", "[services.after_payment]", *_pairs(text=promised.text, **link, **file)]


def _pairs(**values: str) -> list[str]:
    return [f"{name} = {_quoted(value)}" for name, value in values.items() if value]


def _one_or_several(names: list[str]) -> str:
    return _quoted(names[0]) if len(names) == 1 else f"[{', '.join(_quoted(name) for name in names)}]"


def _quoted(value: str) -> str:
    # A JSON string is a TOML string, but for the one character that JSON leaves bare.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
