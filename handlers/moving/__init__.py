"""Arriving, settling and leaving: new teams, their desks, and what they have yet to set up."""
