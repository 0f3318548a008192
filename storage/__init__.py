"""Rows, migrations and the queries of the product."""
