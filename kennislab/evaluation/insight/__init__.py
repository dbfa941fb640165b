"""What a programme learned over the years, in drawings that coordinators can account for: each with its table and its numbers."""
