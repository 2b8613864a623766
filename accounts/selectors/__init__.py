"""Reads of accounts. A viewer gets only what that viewer may see."""
