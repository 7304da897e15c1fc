"""Stored tokens: the slot that keeps them, and the vault that keeps them fresh."""
