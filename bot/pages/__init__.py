"""The pages people open in a browser: the room with its chat, and the pay page."""
