"""Mixpanel's addresses, and how requests leave this machine."""
