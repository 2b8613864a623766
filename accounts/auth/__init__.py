"""How a request proves who it comes from."""
