"""`python -m detachlint`."""

from detachlint.cli.main import main

if __name__ == "__main__":
    main()
