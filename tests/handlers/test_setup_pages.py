"""The owner's pages in the messenger: what they say is so, and each leads back."""

import pytest

from handlers.routes import check_form
from storage.tables import RoleKind
from tests.handlers.town import Town, Voice, employ

TALK = {"name": "Talk", "minutes": "30", "price": "49", "description": "", "after": "", "link": ""}


@pytest.mark.parametrize("action", ["people", "payments", "audit", "setup.services", "setup.hours", "setup.prices"])
async def test_each_page_of_the_settings_leads_back(made: Town, otto: Voice, action: str) -> None:
    await made.answers(otto.presses(action))
    labels = [button.label for row in made.notebook.answers[-1][1].buttons for button in row]
    assert {"Back", "Settings"} & set(labels)


async def test_a_service_can_be_booked_once_somebody_has_hours(made: Town, otto: Voice) -> None:
    async with made.database.begin() as work:
        for row in await work.people.hours_of(made.team.id):
            await work.people.remove(row)
    shown = await made.answers(otto.fills("setup.service", "|USD", **TALK))
    assert "Customers can book it once the hours are set" in shown
    assert "Cancelling: free until it begins" in shown


async def test_all_that_is_wrong_with_hours_is_said_at_once(otto: Voice) -> None:
    wrong = check_form(otto.fills("setup.hours", "1", hours="nine to five", zone="Atlantis", closed="soon"))
    assert set(wrong) == {"hours", "zone", "closed"}


async def test_a_viewer_opens_the_app_on_todays_page(made: Town) -> None:
    vera = await employ(made, "vera", RoleKind.VIEWER)
    assert "Open cases" in await made.answers(vera.opens_home())
    assert "Settings" not in [button.label for row in made.notebook.answers[-1][1].buttons for button in row]
