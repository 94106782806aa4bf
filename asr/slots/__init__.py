"""What one answer means, in English, Chinese and Korean: pure functions over a recogniser's words."""
