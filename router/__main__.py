"""`python -m router` is the same as `tocsin`."""

from router.cli.main import main

main()
