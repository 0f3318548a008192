"""Chat platforms, a folder each. One is imported only by `bot.app.build`, when its settings are there."""
