"""One photo set: its photos with what the coach says, its captions, what was made of it."""
