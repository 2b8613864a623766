"""Jobs, in words and types."""
