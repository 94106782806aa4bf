"""Understanding one answer in English, Chinese and Korean: pure functions over recognised text."""
