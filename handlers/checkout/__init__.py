"""Asking for money, the pay page, what gateways report, and giving it back. Only the state table moves a payment."""
