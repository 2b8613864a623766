"""Applications and the stages that they go through."""
