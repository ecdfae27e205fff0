"""Installs one group of packages of the lock, without network: `install.py dependencies|modules`."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig

from environment import CACHE, WORK, offline_environment
from packages import Trouble, cached, checkout, file_name, sha256

PYTHON = "/opt/openimis/venv/bin/python"


def run(command, what):
    done = subprocess.run(command, env=offline_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        print(done.stdout.decode("utf-8", "replace"), flush=True)
        raise Trouble("install", "%s failed" % what)


def link(files, folder):
    """The files of the lock under their own names, each with the right hash."""
    os.makedirs(folder, exist_ok=True)
    for one in files:
        path = cached(one["file"], one["sha256"])
        if not os.path.exists(path):
            raise Trouble("fetch", "%s is not in the cache" % file_name(one["file"]))
        if sha256(path) != one["sha256"]:
            raise Trouble("hash", "%s in the cache has another hash than the lock file says" % file_name(one["file"]))
        target = os.path.join(folder, file_name(one["file"]))
        if not os.path.exists(target):
            os.symlink(path, target)


def built(one, links, builders):
    """A wheel of a package that has none, made once per box from exactly this source, Python and set of builders."""
    source = one.get("sha256") or one["commit"]
    words = [one["name"], source, sysconfig.get_config_var("SOABI") or "", sysconfig.get_platform()] + builders
    folder = os.path.join(CACHE, "built", hashlib.sha256("\n".join(words).encode()).hexdigest())
    if not os.path.isdir(folder):
        made = os.path.join(WORK, "made", one["name"])
        if "commit" in one:
            path = os.path.join(WORK, "source", one["name"])
            checkout(one["git"], one["commit"], path)
        else:
            path = os.path.join(links, file_name(one["file"]))
        print("building %s %s" % (one["name"], one["version"]), flush=True)
        run(
            ["uv", "build", "--quiet", "--wheel", "--no-index", "--find-links", links, "--python", PYTHON, "--out-dir", made, os.path.realpath(path)],
            "building %s %s (it wants something to be built with that is not locked? Pin it as extra)" % (one["name"], one["version"]),
        )
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        temporary = folder + ".part"
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.copytree(made, temporary)
        os.replace(temporary, folder)
    wheels = [name for name in os.listdir(folder) if name.endswith(".whl")]
    if len(wheels) != 1:
        raise Trouble("install", "%s was built to %d wheels" % (one["name"], len(wheels)))
    target = os.path.join(links, wheels[0])
    if not os.path.exists(target):
        os.symlink(os.path.join(folder, wheels[0]), target)
    return wheels[0], sha256(os.path.join(folder, wheels[0]))


def main(group):
    with open("/work/%s.json" % group, encoding="utf-8") as file:
        request = json.load(file)
    links = os.path.join(WORK, "links")
    everything = [one for one in request["packages"] + request["build"] if "file" in one]
    link(everything, links)
    builders = sorted("%s %s" % (one["name"], one["sha256"]) for one in request["build"])
    lines = []
    for one in request["packages"]:
        wheel, digest = None, one.get("sha256")
        if "commit" in one or not file_name(one["file"]).endswith(".whl"):
            wheel, digest = built(one, links, builders)
        version = wheel.split("-")[1].replace("_", "-") if wheel else one["version"]
        lines.append("%s==%s --hash=sha256:%s\n" % (one["name"], version, digest))
    if lines:
        requirements = os.path.join(WORK, "requirements.txt")
        with open(requirements, "w", encoding="utf-8") as file:
            file.writelines(lines)
        target = [] if request["target"] is None else ["--target", request["target"]]
        command = ["uv", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--no-index", "--find-links", links]
        # Only wheels: a source of the same name beside one must not be built again.
        run(command + ["--only-binary", ":all:", "--python", PYTHON] + target + ["-r", requirements], "installing")
    folder = request["target"] or os.path.join(sysconfig.get_path("purelib", vars={"base": "/opt/openimis/venv"}))
    # Without times in it: two installations of one lock are the same files.
    compiling = [PYTHON, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", folder]
    subprocess.run(compiling, env=offline_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print("installed %d packages" % len(lines), flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Trouble as trouble:
        print("openimis-trouble %s" % json.dumps({"kind": trouble.kind, "message": str(trouble)}), flush=True)
        sys.exit(1)
