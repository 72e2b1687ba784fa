"""From documents to packages: what `scripts/generate.py` is made of."""
