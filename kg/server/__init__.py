"""A graph over HTTP: the SPARQL 1.1 Protocol endpoint and a page for people."""
