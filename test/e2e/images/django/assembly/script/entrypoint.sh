#!/bin/bash
# TEST ASSEMBLY, not openIMIS: the words of upstream's entrypoint.
set -e
case "${1:-}" in
  manage) ./manage.py "${@:2}" ;;
  eval) eval "${@:2}" ;;
  *) echo 'manage, eval' ;;
esac
