#!/bin/bash
# STAND-IN for Django's manage.py. `migrate` changes no database; it leaves a mark that tests look for.
set -eu

case "${1:-}" in
  migrate)
    echo 'STAND-IN: upstream would migrate the database now'
    mkdir -p /tmp/stand-in
    date >> /tmp/stand-in/migrated
    ;;
  check)
    echo 'STAND-IN: System check identified no issues (0 silenced).'
    ;;
  *)
    echo "STAND-IN: manage.py ${1:-} does nothing here" >&2
    exit 1
    ;;
esac
