"""The rooms, one noun each: what photogen does, without Reflex, queues, vendors' libraries or settings."""
