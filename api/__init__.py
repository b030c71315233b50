"""The HTTP API and the web pages (installed as the package graphkit_api)."""
