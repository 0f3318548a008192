"""The drill: payments at the sandbox's gateways while their webhooks go astray; in the end both books must agree."""
