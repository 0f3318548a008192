"""The steps from an empty database to the newest one. Each stands alone: it never imports today's tables."""
