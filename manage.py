#!/usr/bin/env python3
"""Django's command line, with the embedded servers started first where no database is configured."""

import os
import sys

# These read files only.
NEED_NO_SERVERS = {"", "help", "version", "-h", "--version", "collectstatic", "diffsettings", "schema"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")
    from django.core.management import execute_from_command_line

    from nexus import embedded

    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command in NEED_NO_SERVERS or "--help" in sys.argv:
        execute_from_command_line(sys.argv)
        return
    with embedded.configured():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
