"""The little HTTP server under the sandbox: messages, routes and the loopback listener."""
