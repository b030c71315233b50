"""IATI, OCDS and FollowTheMoney: to and from case tables."""
