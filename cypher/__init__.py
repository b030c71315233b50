"""The analysts' Cypher library, carried as the package graphkit_cypher."""
