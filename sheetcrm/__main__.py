"""`python -m sheetcrm` is `sheetcrm`."""

from sheetcrm.cli import main

if __name__ == "__main__":
    main()
