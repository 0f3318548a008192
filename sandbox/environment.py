"""What a program must be told to live in this sandbox: addresses and made-up keys, as environment variables."""

from pathlib import Path

from sandbox.world import Secrets, World

TEAM = Path(__file__).with_name("team.toml")


def environment(world: World) -> dict[str, str]:
    """The variables by name."""
    root, keys = world.public_url, world.secrets
    told = {
        "PUBLIC_URL": world.product_url,
        "TEAM_FILE": str(TEAM),
        # Its page shows room and pay pages in frames, beside the messengers.
        "FRAME_ANCESTORS": root,
        # The receiver of teams' webhooks stands on this machine, where the product calls nobody by itself.
        "OUTGOING_PRIVATE": "127.0.0.1",
        **_messengers(root, keys),
        **_gateways(root, keys),
        "JITSI__DOMAIN": root,
        "JITSI__APP_ID": keys.jitsi_app_id,
        "JITSI__APP_SECRET": keys.jitsi_app_secret,
    }
    if world.clock.path is not None:
        told["CLOCK_OFFSET_FILE"] = str(world.clock.path)
    return {f"BELLHOP_{name}": value for name, value in told.items()}


def _messengers(root: str, keys: Secrets) -> dict[str, str]:
    return {
        "TELEGRAM__API_URL": f"{root}/telegram",
        "TELEGRAM__TOKEN": keys.telegram_token,
        "TELEGRAM__MODE": "webhook",
        "TELEGRAM__SHARED": "true",
        "SLACK__API_URL": f"{root}/slack",
        "SLACK__AUTHORIZE_URL": f"{root}/slack/oauth/v2/authorize",
        "SLACK__BOT_TOKEN": keys.slack_bot_token,
        "SLACK__SIGNING_SECRET": keys.slack_signing_secret,
        "SLACK__CLIENT_ID": keys.slack_client_id,
        "SLACK__CLIENT_SECRET": keys.slack_client_secret,
    }


def _gateways(root: str, keys: Secrets) -> dict[str, str]:
    return {
        "STRIPE__API_URL": f"{root}/stripe",
        "STRIPE__API_KEY": keys.stripe_api_key,
        "STRIPE__WEBHOOK_SECRET": keys.stripe_webhook_secret,
        "STRIPE__PUBLISHABLE_KEY": keys.stripe_publishable_key,
        "STRIPE__JS_URL": f"{root}/static/stripe/stripe.js",
        "STRIPE__CLIENT_ID": keys.stripe_client_id,
        "STRIPE__CONNECT_URL": f"{root}/stripe",
        "RAZORPAY__API_URL": f"{root}/razorpay",
        "RAZORPAY__KEY_ID": keys.razorpay_key_id,
        "RAZORPAY__KEY_SECRET": keys.razorpay_key_secret,
        "RAZORPAY__WEBHOOK_SECRET": keys.razorpay_webhook_secret,
        "RAZORPAY__UPI_QR": "true",
        "PAYPAL__API_URL": f"{root}/paypal",
        "PAYPAL__CLIENT_ID": keys.paypal_client_id,
        "PAYPAL__CLIENT_SECRET": keys.paypal_client_secret,
        "PAYPAL__WEBHOOK_ID": keys.paypal_webhook_id,
        "PHONEPE__API_URL": f"{root}/phonepe",
        "PHONEPE__CLIENT_ID": keys.phonepe_client_id,
        "PHONEPE__CLIENT_SECRET": keys.phonepe_client_secret,
        "PHONEPE__CLIENT_VERSION": keys.phonepe_client_version,
        "PHONEPE__WEBHOOK_USERNAME": keys.phonepe_webhook_username,
        "PHONEPE__WEBHOOK_PASSWORD": keys.phonepe_webhook_password,
        "PHONEPE__UPI_QR": "true",
    }
