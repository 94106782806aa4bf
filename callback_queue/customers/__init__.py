"""Customers, recognised by their number in any format."""
