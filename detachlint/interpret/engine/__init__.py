"""The machinery that runs any language: states, heaps, addresses, fixpoints."""
