"""Life at the front desk: who belongs to it, who answers, what waits, and what customers thought of it."""
