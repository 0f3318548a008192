"""Money, payment gateways and their signed webhooks."""
