"""`python -m graphkit` does what the command `graphkit` does."""

from graphkit.cli import main

if __name__ == "__main__":
    main()
