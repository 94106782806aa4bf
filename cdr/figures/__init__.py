"""Queue and agent figures, counted from events by interval, under the field's names."""
