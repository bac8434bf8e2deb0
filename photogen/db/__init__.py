"""PostgreSQL: the engine, the unit of work, and the embedded server."""
