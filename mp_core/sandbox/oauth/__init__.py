"""The sandbox's authorization server: registration, approval, tokens, and who approves."""
