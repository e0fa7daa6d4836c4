"""python -m server.cli is the casefold command."""

from server.cli.main import main

if __name__ == "__main__":
    main()
