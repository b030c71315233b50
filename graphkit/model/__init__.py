"""What the project is about, said once: tables, cases, policies, gaps, the graph, errors."""
