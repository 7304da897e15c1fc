"""`mp account`: who is known here, and the credential of each."""
