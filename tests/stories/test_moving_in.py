"""A workspace from its first minute to its return: installed, set up, earning, handing over, left and found again."""

import pytest

from sandbox.stripe.merchants import SECOND
from tests.stories.installing import GLOBEX_DESK, HANA, adds_app, gus, hana, hana_at_desk, opens_desk
from tests.stories.people import OnSlack
from tests.stories.script import claims
from tests.stories.setting_up import browsing
from tests.stories.stage import Stage
from tests.stories.test_install_stories import GLOBEX, removes_app

# slack_sdk 3.47 still hands aiohttp its BasicAuth.
pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")]


async def test_a_team_moves_in_earns_its_first_money_leaves_and_comes_back(stage: Stage) -> None:
    owner, desk, customer = hana(stage), hana_at_desk(stage), gus(stage)
    ivo = OnSlack(stage.cast, "U0IVO", at_desk=True, desk=GLOBEX_DESK)
    await adds_app(stage, HANA)
    await opens_desk(stage)

    # Set up in the App Home; the operator's payment account is not theirs, and keys are typed on a page.
    await owner.opens_home()
    await owner.home_shows("Globex: first steps", "☑ Front desk", "☐ First service", "☐ Payments")
    await owner.taps_at_home("Add a service")
    await owner.fills(name="Advice", minutes="30", price="4900")
    await owner.home_shows("Advice", "Customers can book it once the hours are set")
    await owner.opens_home()
    await owner.taps_at_home("Set the hours")
    await owner.fills(hours="Mon-Sun 06:00-22:00", zone="Europe/Berlin")
    await owner.home_shows("Hours of Globex", "Mon-Sun 06:00-22:00")
    await owner.opens_home()
    await owner.taps_at_home("All settings")
    await owner.taps_at_home("Prices")
    await owner.home_shows("Prices of Globex", "none are suggested")
    await owner.taps_at_home("Add a coupon")
    await owner.fills(code="WELCOME", off="10 %")
    await owner.home_shows("Coupon WELCOME", "10 %")
    await owner.commands("/bellhop payments")
    await owner.hears("Payment accounts of Globex", "opens once")
    async with browsing() as browser:
        await browser.opens(await owner.taps("Open the set-up page"))
        await browser.goes(f"{stage.url}/setup/keys/stripe")
        secret = stage.cast.stripe.merchants.paste_endpoint(SECOND, f"{stage.url}/webhooks/stripe/globex")
        await browser.sends(api_key=stage.world.secrets.stripe_second_api_key, webhook_secret=secret)
        assert "Stripe works: Bella Bikes" in browser.text
    await owner.opens_home()
    await owner.home_shows("☑ First service", "☑ Hours", "☑ Payments", "☐ Try it as a customer")

    # The first customer, the first money.
    await customer.starts()
    for label in ("Book", "Advice", "Tomorrow", "09:00", "Confirm"):
        await customer.taps(label)
    await customer.hears("Your booking", "Advice")
    await desk.hears("Booked: Advice")
    await claims(customer, desk)
    await desk.says("!pay 4900 JPY Advice")
    await desk.taps("Ask for ¥4,900")
    session = await stage.session_of(await customer.taps("Pay ¥4,900"))
    assert stage.cast.stripe.books.owner_of(session) == SECOND
    await stage.cast.stripe.pay(session)
    await customer.hears("Paid: ¥4,900")
    await desk.hears("Paid: ¥4,900", "confirmed by webhook from Stripe")

    # A colleague comes, and takes over.
    await owner.commands("/bellhop invite @ivo agent")
    await owner.hears("Ivo Marin is an agent of Globex now")
    await desk.says("!assign @ivo")
    await customer.hears("Ivo Marin", "has joined")
    await ivo.says("Ivo here, I take it from now on")
    await customer.hears("Ivo here, I take it from now on")

    # They leave with a booking ahead, and find everything again.
    await removes_app(stage, GLOBEX)
    page = await adds_app(stage, HANA)
    assert "Globex is back" in page.text and "one booking ahead" in page.text
    await stage.cast.slack.people.invites(HANA, GLOBEX_DESK)
    await owner.opens_home()
    await owner.home_shows("Globex today", "¥4,900")
    await customer.says("Are you still there?")
    await ivo.hears("Are you still there?")
    await desk.says("!refund")
    await desk.taps("Refund ¥4,900")
    await customer.hears("Refunded: ¥4,900")
