"""Says what it was given. Like openIMIS with MODE=PROD: plain http is redirected, HSTS is sent."""
import json
import os
import time


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if environ["wsgi.url_scheme"] != "https":
        start_response("301 Moved Permanently", [("Location", "https://%s%s" % (environ["HTTP_HOST"], path))])
        return [b""]
    if path == "/slow":
        time.sleep(2)
    known = path in ("/slow", "/ht/", "/given") or path.endswith("/graphql")
    headers = [("Content-Type", "application/json"), ("Strict-Transport-Security", "max-age=63072000")]
    start_response("200 OK" if known else "404 Not Found", headers)
    given = {
        "environment": {name.decode(): value.hex() for name, value in os.environb.items()},
        "request": {name: value for name, value in environ.items() if isinstance(value, str)},
    }
    return [json.dumps(given).encode()]
