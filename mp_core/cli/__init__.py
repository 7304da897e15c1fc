"""The command line `mp`: parse, call one function of the library, print.

Data goes to stdout and everything else to stderr. Nothing here opens a file of the library or
knows an account type.
"""
