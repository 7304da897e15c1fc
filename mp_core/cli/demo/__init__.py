"""The demonstration of `mp demo`."""
