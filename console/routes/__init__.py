"""What can be asked over HTTP, by subject. Routes translate: they decide nothing and keep nothing."""
