"""What people can do: each handler written once, for every chat platform."""
