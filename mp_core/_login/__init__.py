"""From a person at a terminal to an account that is logged in."""
