"""The kit that every noun's types are made with. It knows no noun."""
