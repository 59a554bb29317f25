"""`python -m cli` is the `canary` tool."""

from cli.main import main

if __name__ == "__main__":
    main()
