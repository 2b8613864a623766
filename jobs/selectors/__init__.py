"""Reads: a viewer gets only what that viewer may see."""
