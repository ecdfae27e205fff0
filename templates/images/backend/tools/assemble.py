"""Puts openimis-be_py (the assembly) around the installed modules, as upstream's Dockerfile does, without network."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from environment import offline_environment
from packages import Trouble, cached, checkout, sha256, unpack

HOME = "/openimis-be"
PYTHON = "/opt/openimis/venv/bin/python"
LEFT_OUT = shutil.ignore_patterns(".here", ".git", ".github", ".idea", ".vscode", "__pycache__", "node_modules", "*.pyc")


def manage(words, env):
    print("manage.py %s" % " ".join(words), flush=True)
    command = [PYTHON, "manage.py"] + words
    return subprocess.run(command, cwd=os.path.join(HOME, "openIMIS"), env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def require(done, words, nothing=None):
    output = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0 and not (nothing and nothing in output):
        print(output[-20000:], flush=True)
        raise Trouble("assemble", "manage.py %s failed" % " ".join(words))


def main():
    with open("/work/assembly.json", encoding="utf-8") as file:
        request = json.load(file)
    source = "/work/assembly"
    if "git" in request:
        source = "/run/work/assembly"
        checkout(request["git"], request["commit"], source)
    elif "archive" in request or "unpack" in request:
        found = [os.path.join(source, name) for name in os.listdir(source) if name.startswith("archive")]
        path = found[0] if "unpack" in request else cached(request["archive"], request["sha256"])
        if "sha256" in request and sha256(path) != request["sha256"]:
            raise Trouble("hash", "the archive of the assembly has another hash than the lock file says")
        source = "/run/work/assembly"
        unpack(path, source)
    shutil.copytree(source, HOME, ignore=LEFT_OUT, symlinks=True)
    for path in ("openIMIS/manage.py", "script/entrypoint.sh"):
        if not os.path.isfile(os.path.join(HOME, path)):
            raise Trouble("assemble", "the assembly has no %s: it is not an openimis-be_py" % path)
    shutil.copyfile("/work/openimis.json", os.path.join(HOME, "openimis.json"))
    env = dict(offline_environment(), **request["environment"])
    env["PATH"] = "/opt/openimis/venv/bin:" + env["PATH"]
    # They touch different folders, and each spends its time on loading Django.
    messages, static = ["compilemessages", "-x", "zh_Hans"], ["collectstatic", "--clear", "--noinput"]
    with ThreadPoolExecutor(2) as pool:
        translated, collected = pool.map(lambda words: manage(words, env), [messages, static])
    # An assembly without translations of its own has nothing to compile, which Django takes for a wrong folder.
    require(translated, messages, nothing="should be run from the Django Git checkout")
    require(collected, static)
    for log in ("db-queries.log", "debug.log"):
        path = os.path.join(HOME, "openIMIS", log)
        if os.path.exists(path):
            os.remove(path)
    compiling = [PYTHON, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", HOME]
    subprocess.run(compiling, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for folder, folders, files in os.walk(HOME):
        os.chmod(folder, 0o755)
        for name in files:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                os.chmod(path, 0o755 if os.access(path, os.X_OK) or name in ("entrypoint.sh", "manage.py") else 0o644)
    # The user may make files beside the code (upstream logs there), and change none of it.
    for folder in (HOME, os.path.join(HOME, "openIMIS")):
        os.chown(folder, 0, 990)
        os.chmod(folder, 0o1775)


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        print("openimis-trouble %s" % json.dumps({"kind": trouble.kind, "message": str(trouble)}), flush=True)
        sys.exit(1)
