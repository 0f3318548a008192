"""The tests of Bellhop."""
