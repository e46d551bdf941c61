"""What torch and NumPy do to the grad state: data, made by executing them."""
