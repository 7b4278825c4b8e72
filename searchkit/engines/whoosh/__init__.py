"""What Whoosh sees: a generation as an index of its own, and a codec for any schema."""
