"""A day of many teams, played in memory to see where queues form."""
