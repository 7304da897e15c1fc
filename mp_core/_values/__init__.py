"""What a session is made of, and what a caller asks for."""
