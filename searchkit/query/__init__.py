"""What a search asks: text to a plan, and ranked documents to hits."""
