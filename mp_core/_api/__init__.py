"""Calls to Mixpanel, and what it answers."""
