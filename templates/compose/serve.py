"""Serves openIMIS on one address of its container.

Takes the place of upstream's server.py only because that one listens on every network of the container, and a backend
believes whoever reaches it. Works on Python 3.7 and later, with the waitress of the image. Run in upstream's working
directory (/openimis-be/openIMIS). Reads:
  OPENIMIS_LISTEN         address:port
  OPENIMIS_TRUSTED_PROXY  address of the gateway, from 24.04 on (upstream looks the name `frontend` up instead)
"""
import os
import signal
import sys

# The same list as upstream's server.py.
PROXY_HEADERS = {
    "x-forwarded-host",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-forwarded-by",
}


def options(environment):
    """What waitress is told: where to listen, and whose X-Forwarded-* it believes."""
    chosen = {"listen": environment["OPENIMIS_LISTEN"]}
    proxy = environment.get("OPENIMIS_TRUSTED_PROXY")
    if proxy:
        chosen["trusted_proxy"] = proxy
        chosen["trusted_proxy_count"] = 1
        chosen["trusted_proxy_headers"] = PROXY_HEADERS
        chosen["clear_untrusted_proxy_headers"] = True
    return chosen


def behind_gateway(application, own_address):
    """With MODE=PROD the application answers plain http with a redirect and sends two years of HSTS.

    The probe inside this container must get past the redirect, or it would prove nothing. HSTS is the gateway's to send:
    with a self-signed certificate it would lock every user out, and with includeSubDomains other sites too.
    """

    def wrapped(environ, start_response):
        if environ.get("REMOTE_ADDR") == own_address:
            environ["wsgi.url_scheme"] = "https"
            environ["HTTP_X_FORWARDED_PROTO"] = "https"

        def start(status, headers, exc_info=None):
            kept = [(name, value) for name, value in headers if name.lower() != "strict-transport-security"]
            if exc_info:
                return start_response(status, kept, exc_info)
            return start_response(status, kept)

        return application(environ, start)

    return wrapped


def stop(_signal, _frame):
    """waitress lets running requests end when it is left this way."""
    sys.exit(0)


def main():
    # Python puts this file's folder on its path; openIMIS is in the working directory.
    sys.path.insert(0, os.getcwd())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openIMIS.settings")
    signal.signal(signal.SIGTERM, stop)

    from openIMIS.wsgi import application
    from waitress import serve

    chosen = options(os.environ)
    if "trusted_proxy" in chosen:
        application = behind_gateway(application, chosen["listen"].rsplit(":", 1)[0])
    print("openimis: serving on http://%s" % chosen["listen"], flush=True)
    serve(application, **chosen)


if __name__ == "__main__":
    main()
