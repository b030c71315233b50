"""graphkit's tests."""
