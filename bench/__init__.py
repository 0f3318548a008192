"""Measurements of Bellhop."""
