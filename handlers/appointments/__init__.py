"""Booking: a service, a day, a time, a yes. Every step's state lies in its buttons and in the database."""
