"""What Python does: expressions, statements, classes, containers, builtins."""
