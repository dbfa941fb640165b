"""Things that tests need, made through the operations that the app itself uses."""
