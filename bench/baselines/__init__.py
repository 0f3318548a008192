"""What Bellhop's webhook path is held against: each serves `POST /webhooks/stripe` on a port that it is given."""
