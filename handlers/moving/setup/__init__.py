"""First steps and settings in the messenger: what a team still needs, and forms for all that its owner may change."""
