"""Video rooms and the tickets into them: one module per provider, no I/O."""
