"""What makes a sealed archive worth trusting: commitments, keys, addenda, the package, and what checks them (decision 0014)."""
