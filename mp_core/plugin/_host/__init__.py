"""Finds, loads and calls the plugins."""
