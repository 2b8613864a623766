"""Writes: every rule about changing a row lives here, whoever calls."""
