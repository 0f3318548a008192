"""Opening hours, slots, policies and time zones as plain rules: no I/O, aware UTC inside."""
