"""The version of the distribution `mp-core`."""

__version__ = "0.1.0"
