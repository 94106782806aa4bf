"""The HTTP routes, by subject. They only translate requests and responses."""
