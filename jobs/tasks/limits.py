"""How long tasks may take."""

# Seconds. RabbitMQ takes a task back that nobody has acknowledged for half an hour, and Valkey after an hour.
LONGEST, LAST_WORDS = 25 * 60, 3 * 60
