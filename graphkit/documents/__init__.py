"""Text out of documents, cleaning, candidate facts with spans, review."""
