"""The files of a program: how they import each other, and which of them an analysis needs."""
