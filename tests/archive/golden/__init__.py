"""Packages of earlier versions, which must verify in every later one."""
