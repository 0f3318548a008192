"""The outside world on one machine: Telegram, Slack, Stripe and Jitsi, played over HTTP."""
