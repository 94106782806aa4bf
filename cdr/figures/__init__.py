"""Queue and agent figures, folded from events and booked in intervals, under the field's names."""
