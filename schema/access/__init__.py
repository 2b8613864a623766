"""Second factors and API keys, in words and types."""
