"""What is done to the credits of many accounts at once: a month that begins, and one that has ended."""
