"""The routes: HTTP only."""
