"""What asking costs, and how much of it is left."""
