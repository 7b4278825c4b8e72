"""Columns of numbers and bytes in files that are mapped, not loaded.

Knows neither queries nor articles nor Whoosh.
"""
