"""A team's own accounts at gateways: their keys, typed on a one-time page, kept sealed, changed while money moves."""
