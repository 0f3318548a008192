"""Papers: receipts, credit notes and evidence; numbered, kept as they will always read, drawn when asked for."""
