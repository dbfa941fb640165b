"""Knowledge products: what was learned, made fit for others to use, with its sources and its moment of publication."""
