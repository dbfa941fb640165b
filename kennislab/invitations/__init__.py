"""Inviting people to a lab, asking them again, and knowing who comes."""
