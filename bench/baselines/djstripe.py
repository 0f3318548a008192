"""dj-stripe behind gunicorn, in a virtual environment of its own; its kindest case.

By itself dj-stripe asks Stripe for the session after each event of one. Here it does not: it verifies, keeps the event,
and calls the shop's handler, which marks the order as paid. https://dj-stripe.dev/docs/dev/usage/webhooks
"""

import os
import sys
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

WORKERS = 2
ENDPOINT = "00000000-0000-4000-8000-000000000001"
PATH = f"/stripe/webhook/{ENDPOINT}/"
port, url, secret = sys.argv[1:4] if len(sys.argv) == 4 else os.environ["SHOP"].split()
place = urlsplit(url)

settings.configure(
    SECRET_KEY="made up for measuring",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "djstripe"],
    # The tables as they are now, without the steps that led to them: those take most of a minute.
    MIGRATION_MODULES={"auth": None, "contenttypes": None, "djstripe": None},
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": place.path.lstrip("/"),
            "USER": place.username,
            "HOST": place.hostname,
            "PORT": place.port,
            "CONN_MAX_AGE": None,
        }
    },
    STRIPE_TEST_SECRET_KEY="sk_test_madeUpForMeasuring000000",
    STRIPE_LIVE_MODE=False,
    # Nobody listens there: an event that made dj-stripe call Stripe would fail, and with it the measurement.
    STRIPE_API_HOST="http://127.0.0.1:9",
    DJSTRIPE_FOREIGN_KEY_TO_FIELD="id",
    LOGGING_CONFIG=None,
)
django.setup()

from django.db import connection, models  # noqa: E402  # only after the set-up
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from djstripe.event_handlers import djstripe_receiver, handle_other_event  # noqa: E402
from djstripe.models import Account, APIKey, Event, WebhookEndpoint  # noqa: E402
from djstripe.signals import WEBHOOK_SIGNALS  # noqa: E402

PAID = "checkout.session.completed"


class Order(models.Model):  # type: ignore[misc]  # Django is not there to be looked into
    """What was to be paid."""

    reference = models.CharField(max_length=64, unique=True)
    status = models.CharField(max_length=16, default="open")

    class Meta:
        """It belongs to no application of Django's."""

        app_label = "shop"

    def __str__(self) -> str:
        """Its reference."""
        return str(self.reference)


def ready(_request: HttpRequest) -> HttpResponse:
    """Answer."""
    return HttpResponse("ready\n")


urlpatterns = [path("", ready), path("stripe/", include("djstripe.urls", namespace="djstripe"))]
WEBHOOK_SIGNALS[PAID].disconnect(handle_other_event, sender=Event)


@djstripe_receiver(PAID)  # type: ignore[untyped-decorator]
def paid(sender: object, event: Any, **_more: object) -> None:
    """The shop's handler."""
    reference = event.data["object"]["client_reference_id"]
    Order.objects.update_or_create(reference=reference, defaults={"status": "paid"})


def prepare() -> None:
    """Tables, the account that the key belongs to, and the endpoint, as the admin site would make them."""
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Order)
    account = Account.objects.create(id="acct_bench", livemode=False, stripe_data={})
    APIKey.objects.create(secret=settings.STRIPE_TEST_SECRET_KEY, livemode=False, djstripe_owner_account=account)
    WebhookEndpoint.objects.create(
        id="we_bench", livemode=False, djstripe_uuid=ENDPOINT, secret=secret, url=f"http://127.0.0.1:{port}{PATH}",
        enabled_events=["*"], djstripe_owner_account=account, djstripe_tolerance=600,
    )  # fmt: skip
    connection.close()


if __name__ == "__main__":
    prepare()
    os.environ["SHOP"] = " ".join(sys.argv[1:])
    shop = (
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        str(WORKERS),
        "--log-level",
        "error",
        f"{__spec__.name}:application",
    )
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *shop])  # noqa: S606  # ourselves, in another form

application = get_wsgi_application()
