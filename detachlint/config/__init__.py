"""Configuration: what users ask for, in files and on the command line.

The nearest configuration file of a source file decides, whole; the command line goes on top.
"""
