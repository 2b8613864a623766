"""Search: what can be asked of it, the port behind which an engine answers, and PostgreSQL as that engine."""
