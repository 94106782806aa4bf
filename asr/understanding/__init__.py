"""What kind of thing a caller has said, by rules, by meaning (an embedding model) or by a language model."""
