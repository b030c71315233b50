"""Pictures of the graph and its chains: self-contained pages."""
