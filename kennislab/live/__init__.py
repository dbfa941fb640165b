"""The live room: who is in it, what is said, where we are, what the projector shows."""
