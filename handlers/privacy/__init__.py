"""What is kept about a customer: told, copied, forgotten; and who of the team did and read what."""
