"""Asks the openIMIS in this container for one page and exits 0 when it is healthy. Writes nothing.

  python health.py PATH ACCEPT            healthy: any status below 500 (GraphQL without a query answers 400)
  python health.py --strict PATH ACCEPT   healthy: status 200 only; shows what the page says otherwise

Works on Python 3.7 and later, with the standard library only. Reads OPENIMIS_LISTEN (address:port) and OPENIMIS_HOST
(the name users type: Django refuses any other).
"""
import http.client
import os
import sys


def ask(path, accept, seconds):
    """Status and the first 2,000 bytes of the body. No proxy: http.client knows none."""
    host, port = os.environ["OPENIMIS_LISTEN"].rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=seconds)
    try:
        headers = {"Host": os.environ["OPENIMIS_HOST"], "Accept": accept, "User-Agent": "openimis-health"}
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read(2000)
    finally:
        connection.close()


def main(arguments):
    strict = arguments[:1] == ["--strict"]
    path, accept = arguments[1:] if strict else arguments
    try:
        status, body = ask(path, accept, 60 if strict else 12)
    except (OSError, http.client.HTTPException) as problem:
        print("no answer: %s" % problem)
        return 1
    healthy = status == 200 if strict else status < 500
    print("HTTP %d" % status)
    if strict and not healthy:
        print(body.decode("utf-8", "replace"))
    return 0 if healthy else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
