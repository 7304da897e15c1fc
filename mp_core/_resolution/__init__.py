"""Which account, project and workspace a call uses, and the record of why."""
