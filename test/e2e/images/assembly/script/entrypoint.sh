#!/bin/bash
# TEST ASSEMBLY, not openIMIS: the words of upstream's entrypoint.
set -e
case "${1:-}" in
  start)
    python manage.py migrate
    python server.py
    ;;
  manage) ./manage.py "${@:2}" ;;
  eval) eval "${@:2}" ;;
  *) echo 'start, manage, eval' ;;
esac
