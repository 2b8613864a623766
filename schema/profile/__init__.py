"""What people say of themselves to find work, and what they keep."""
