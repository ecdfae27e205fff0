#!/usr/bin/env python3
"""What the operator's settings (build secrets) mean for uv, git and downloads. Secrets stay in memory and on tmpfs."""

import base64
import json
import os
import shutil
import subprocess
import sys
from urllib.parse import quote, urlsplit, urlunsplit

SECRETS = "/run/secrets"
WORK = "/run/work"
CACHE = "/cache"
SYSTEM_CA = "/etc/ssl/certs/ca-certificates.crt"


def secret(name):
    path = os.path.join(SECRETS, name)
    return path if os.path.exists(path) and os.path.getsize(path) > 0 else None


def settings():
    """{"indexes": [{"url", "authorization"?}], "insecure": [host], "only": ca text?}; the first index is the main one."""
    path = secret("settings")
    if path is None:
        return {"indexes": [{"url": "https://pypi.org/simple/"}], "insecure": []}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def certificates(folder):
    """The system's certificates and the operator's, as one file that is in no layer."""
    own = secret("ca_bundle")
    if own is None:
        return SYSTEM_CA
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "certificates.pem")
    with open(path, "wb") as out:
        for part in (SYSTEM_CA, own):
            if os.path.exists(part):
                with open(part, "rb") as file:
                    out.write(file.read() + b"\n")
    return path


def with_user(url, authorization):
    """uv wants credentials inside of the address."""
    if not authorization or not authorization.startswith("Basic "):
        return url
    user, _, password = base64.b64decode(authorization[6:]).decode("utf-8").partition(":")
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc="%s:%s@%s" % (quote(user, ""), quote(password, ""), parts.netloc)))


def uv_environment(folder=WORK):
    known = settings()
    indexes = [with_user(one["url"], one.get("authorization")) for one in known["indexes"]]
    env = dict(os.environ)
    env.update(
        HOME=folder,
        SSL_CERT_FILE=certificates(folder),
        UV_CACHE_DIR=os.path.join(CACHE, "uv"),
        UV_DEFAULT_INDEX=indexes[0],
        UV_INDEX=" ".join(indexes[1:]),
        # A package is taken from the first index that knows it, and from no other.
        UV_INDEX_STRATEGY="first-index",
        UV_PYTHON_DOWNLOADS="never",
        UV_NO_CONFIG="1",
        UV_NO_PROGRESS="1",
        UV_LINK_MODE="copy",
        NO_COLOR="1",
        UV_HTTP_RETRIES="5",
        UV_INSECURE_HOST=" ".join(known.get("insecure", [])),
    )
    netrc = secret("netrc")
    if netrc is not None:
        shutil.copyfile(netrc, os.path.join(folder, ".netrc"))
        env["NETRC"] = os.path.join(folder, ".netrc")
    return env


def offline_environment():
    """Nothing of an operator and no network: what packages are built and installed in."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    kept.update(
        HOME=WORK,
        UV_CACHE_DIR=os.path.join(WORK, "uv"),
        UV_OFFLINE="1",
        UV_NO_INDEX="1",
        UV_NO_CONFIG="1",
        UV_NO_PROGRESS="1",
        UV_LINK_MODE="copy",
        UV_PYTHON_DOWNLOADS="never",
        NO_COLOR="1",
        SOURCE_DATE_EPOCH="315532800",
        PYTHONHASHSEED="0",
        PYTHONDONTWRITEBYTECODE="1",
    )
    return kept


def install_uv():
    folder = "/dev/shm/uv"
    os.makedirs(folder, exist_ok=True)
    known = settings()
    subprocess.run([sys.executable, "-m", "venv", "/opt/uv"], check=True)
    indexes = [with_user(one["url"], one.get("authorization")) for one in known["indexes"]]
    config = os.path.join(folder, "pip.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write("[global]\nindex-url = %s\n" % indexes[0].replace("%", "%%"))
        if indexes[1:]:
            file.write("extra-index-url = %s\n" % " ".join(indexes[1:]).replace("%", "%%"))
        if known.get("insecure"):
            file.write("trusted-host = %s\n" % " ".join(known["insecure"]))
    env = dict(os.environ, PIP_CONFIG_FILE=config, PIP_CERT=certificates(folder), PIP_NO_CACHE_DIR="1", HOME=folder)
    arguments = ["--disable-pip-version-check", "--quiet", "--require-hashes", "--only-binary", ":all:", "--no-deps"]
    subprocess.run(["/opt/uv/bin/python", "-m", "pip", "install"] + arguments + ["-r", "/opt/tools/uv.txt"], env=env, check=True)
    os.symlink("/opt/uv/bin/uv", "/usr/local/bin/uv")
    shutil.rmtree(folder)


if __name__ == "__main__" and sys.argv[1:] == ["install-uv"]:
    install_uv()
