"""The fields of account models as options of the command line."""
