"""What a step works with: the conversation, its variables and texts, questions, and what it may come to."""
