"""What a lab leaves behind: its harvest, the sealed archive, where everything came from and what came of it, the report."""
