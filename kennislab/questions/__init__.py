"""Knowledge questions, asked before a lab."""
