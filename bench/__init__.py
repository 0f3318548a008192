"""Measurements of the whole program on this machine, beside what people would write instead."""
