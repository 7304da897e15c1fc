"""Where files live, how they are read and replaced, and how they are locked."""
