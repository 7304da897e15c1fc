"""What the command line prints, in every format."""
