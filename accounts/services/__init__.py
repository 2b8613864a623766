"""Writes to accounts."""
