"""The edge: everything that speaks HTTP, nothing that knows hiring."""
