"""Tests of booking."""
