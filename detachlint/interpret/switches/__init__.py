"""Values that are set by hand, in the text, and what a program does once they are set otherwise."""
