"""The outside world on one machine: Telegram, Slack, the gateways and Jitsi, played over HTTP."""
