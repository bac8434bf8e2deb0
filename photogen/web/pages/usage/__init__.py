"""Credits: the balance and every movement."""
