"""The room page and the pay page, in a real browser."""
