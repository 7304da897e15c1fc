"""What can be done with a configured account, below `mp.accounts`."""
