"""`python -m serverless_stack.cli`, for when the command is not on PATH."""

from serverless_stack.cli.main import main

if __name__ == "__main__":
    main()
