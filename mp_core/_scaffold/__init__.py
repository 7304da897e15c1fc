"""The project that `mp plugins new` writes."""
