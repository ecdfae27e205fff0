"""Turns the pins of /work/request.json into exact versions, files and commits: /result.json. uv does the choosing."""

import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

from environment import WORK, uv_environment
from packages import Trouble, cached, checkout, commit_of, download, download_unlocked, ensure_commit, file_name, unpack

try:
    import tomllib
except ImportError:
    sys.path.insert(0, "/opt/uv/lib/python%d.%d/site-packages" % sys.version_info[:2])
    from pip._vendor import tomli as tomllib
if "/opt/uv/lib/python%d.%d/site-packages" % sys.version_info[:2] not in sys.path:
    sys.path.insert(0, "/opt/uv/lib/python%d.%d/site-packages" % sys.version_info[:2])
from pip._vendor.packaging.tags import sys_tags
from pip._vendor.packaging.utils import parse_wheel_filename

NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?")
GIT = re.compile(r"^(?:(?:-e|--editable)[\s=]+)?(?:(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*@\s*)?git\+(?P<url>[a-z]+://[^/?#\s]+/[^@#\s]+)(?:@(?P<ref>[^#\s]+))?(?:#(?:.*&)?egg=(?P<egg>[A-Za-z0-9._-]+)\S*)?")
# What is taken to build with where a source says nothing: later ones have no pkg_resources.
LEGACY = ["setuptools<80", "wheel"]


def normalised(name):
    return re.sub(r"[-_.]+", "-", name).lower()


class Resolver:
    def __init__(self, request):
        self.request = request
        self.commits = {}
        self.as_of = request.get("asOf")

    # What is asked for

    def source_of(self, name, url, ref):
        """A line for uv: the folder of a checked-out commit, so that git and its credentials are ours to handle."""
        commit = commit_of(url, ref, self.as_of and self.as_of + "T23:59:59Z")
        ensure_commit(url, commit)
        folder = os.path.join(WORK, "git", commit, normalised(name))
        if not os.path.isdir(folder):
            os.makedirs(os.path.dirname(folder), exist_ok=True)
            checkout(url, commit, folder)
        self.commits[normalised(name)] = {"git": url, "ref": ref, "commit": commit}
        print("%s: %s of %s is %s" % (name, ref or "the default branch", url, commit[:12]), flush=True)
        return "%s @ file://%s" % (name, folder)

    def line(self, pin):
        source, name = pin["source"], pin["package"]
        if source["kind"] == "git":
            return self.source_of(name, source["url"], source.get("ref"))
        if source["kind"] == "archive":
            return "%s @ %s" % (name, source["url"])
        if source["kind"] == "version":
            return "%s==%s" % (name, source["version"])
        return name if source["range"] == "*" else "%s%s" % (name, source["range"])

    def assembly(self):
        wanted = self.request["assembly"]
        if "git" not in wanted:
            folder, local = os.path.join(WORK, "assembly"), "/work/assembly"
            if "archive" in wanted:
                path, digest = download_unlocked(wanted["archive"])
                unpack(path, folder)
                return folder, dict(wanted, hash="sha256:" + digest)
            archives = [name for name in os.listdir(local) if name.startswith("archive.")]
            if archives and not os.path.exists(os.path.join(local, "requirements.txt")):
                unpack(os.path.join(local, archives[0]), folder)
                return folder, wanted
            return local, wanted
        commit = wanted.get("commit") or commit_of(wanted["git"], wanted.get("ref"), self.as_of and self.as_of + "T23:59:59Z")
        ensure_commit(wanted["git"], commit)
        folder = os.path.join(WORK, "assembly")
        checkout(wanted["git"], commit, folder)
        return folder, dict(wanted, commit=commit)

    def requirements(self, folder, replaced):
        path = os.path.join(folder, "requirements.txt")
        if not os.path.isfile(path):
            raise Trouble("impossible", "the assembly has no requirements.txt: it is not an openimis-be_py")
        with open(path, encoding="utf-8-sig") as file:
            text = file.read().replace("\\\n", " ")
        for raw in text.splitlines():
            line = re.sub(r"(^|\s)#.*$", "", raw) if "egg=" not in raw else raw
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            git = GIT.match(line)
            if git:
                name = git.group("name") or git.group("egg") or re.sub(r"\.git$|_py$", "", git.group("url").rsplit("/", 1)[-1])
                if normalised(name) not in replaced:
                    yield self.source_of(name, git.group("url"), git.group("ref"))
                continue
            if line.startswith("-"):
                raise Trouble("impossible", "requirements.txt of the assembly has the option %s, which cannot be locked" % line.split()[0])
            name = NAME.match(line)
            if name is None:
                raise Trouble("impossible", "requirements.txt of the assembly has a line that pip would not take: %s" % line[:120])
            if normalised(name.group(1)) not in replaced:
                yield line

    # uv

    def compile(self, name, lines, overrides=(), preferences=(), pylock=False, deps=True):
        folder = os.path.join(WORK, name)
        os.makedirs(folder, exist_ok=True)
        paths = {one: os.path.join(folder, one + ".txt") for one in ("in", "constraints", "overrides")}
        for one, content in (("in", lines), ("constraints", self.request["constraints"]), ("overrides", overrides)):
            with open(paths[one], "w", encoding="utf-8") as file:
                file.write("".join(line + "\n" for line in content))
        out = os.path.join(folder, "pylock.toml" if pylock else "out.txt")
        if preferences:
            with open(out, "w", encoding="utf-8") as file:
                file.write("".join(line + "\n" for line in preferences))
        command = ["uv", "pip", "compile", "--quiet", "--no-header", "--python", sys.executable, "--no-strip-extras"]
        command += ["--emit-index-annotation", "--no-sources", "-o", out, "-c", paths["constraints"], "--overrides", paths["overrides"]]
        if pylock:
            command += ["--format", "pylock.toml"]
        if not deps:
            command += ["--no-deps"]
        if self.request.get("excludeNewer"):
            command += ["--exclude-newer", self.request["excludeNewer"]]
            for one in self.request["previous"]:
                if one.get("until") and not self.moves(one["name"]):
                    command += ["--exclude-newer-package", "%s=%s" % (one["name"], one["until"])]
        done = subprocess.run(command + [paths["in"]], env=uv_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0:
            raise Trouble("impossible", done.stderr.decode("utf-8", "replace").strip()[-4000:])
        with open(out, encoding="utf-8") as file:
            return file.read()

    def moves(self, name):
        upgrade = self.request["upgrade"]
        return upgrade == "all" or normalised(name) in upgrade

    # Which file

    def chosen(self, entry, bound):
        """One package of uv's answer as the lock file has it."""
        name = normalised(entry["name"])
        if name in self.commits:
            return dict(name=name, version=entry.get("version") or self.versions[name], commit=self.commits[name])
        if "archive" in entry:
            archive = entry["archive"]
            digest = archive["hashes"]["sha256"]
            return dict(name=name, version=entry.get("version") or self.versions[name], archive=archive["url"], file=archive["url"], sha256=digest, size=archive.get("size"))
        if "directory" in entry or "vcs" in entry:
            raise Trouble("impossible", "%s comes from a folder or repository that a package names: pin it as extra" % name)
        candidates = [(rank(one), one) for one in entry.get("wheels", [])]
        usable = sorted(((order, one) for order, one in candidates if order is not None), key=lambda pair: pair[0])
        files = [one for _, one in usable] + ([entry["sdist"]] if "sdist" in entry else [])
        before = self.before.get(name)
        if before and before["version"] == entry["version"] and not self.moves(name):
            same = [one for one in files if file_name(one["url"]) == before["file"]]
            if not same:
                raise Trouble("hash", "%s %s: the file %s, which was locked, is no longer there" % (name, entry["version"], before["file"]))
            if same[0]["hashes"].get("sha256") != before["sha256"]:
                raise Trouble("hash", "%s %s: the file %s has another hash (sha256:%s) than when it was locked (sha256:%s)" % (name, entry["version"], before["file"], same[0]["hashes"].get("sha256"), before["sha256"]))
            if before["index"] != bound:
                raise Trouble("hash", "%s was locked from the index %s and would now come from %s" % (name, before["index"], bound))
            files = same
        if not files:
            raise Trouble("impossible", "%s %s has no file that this Python and platform can use" % (name, entry["version"]))
        file = files[0]
        if "sha256" not in file.get("hashes", {}):
            raise Trouble("impossible", "the index gives no SHA-256 of %s" % file_name(file["url"]))
        return dict(name=name, version=entry["version"], index=bound, file=file["url"].split("#")[0], sha256=file["hashes"]["sha256"], size=file.get("size"))

    def versions_of(self, lines):
        """Versions of what has none in its address: only building it tells, which also shows that it can be built."""
        lines = [line for line in lines if " @ " in line]
        if not lines:
            return {}
        target = tempfile.mkdtemp(dir=WORK)
        command = ["uv", "pip", "install", "--quiet", "--no-deps", "--no-sources", "--python", "/opt/openimis/venv/bin/python"]
        done = subprocess.run(command + ["--target", target] + lines, env=uv_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise Trouble("impossible", done.stdout.decode("utf-8", "replace").strip()[-4000:])
        found = {}
        for name in os.listdir(target):
            parts = re.match(r"^(.+)-([^-]+)\.dist-info$", name)
            if parts:
                found[normalised(parts.group(1))] = parts.group(2)
        return found

    def closure(self, name, lines, overrides=(), preferences=()):
        text = self.compile(name, lines, overrides, preferences)
        pinned, bound, current = [], {}, None
        for line in text.splitlines():
            if re.match(r"^[A-Za-z0-9]", line):
                current = normalised(NAME.match(line).group(1))
                pinned.append(line.split("  #")[0])
            elif line.strip().startswith("# from ") and current:
                bound[current] = without_user(line.strip()[7:])
        self.versions = self.versions_of(pinned)
        toml = tomllib.loads(self.compile(name + "-files", pinned, pylock=True, deps=False))
        main = without_user(self.main)
        return [self.chosen(entry, bound.get(normalised(entry["name"]), main)) for entry in toml.get("packages", [])]

    def builders(self, packages):
        """What the packages without a wheel want to be built with, locked like everything else."""
        wanted = {}
        for one in packages:
            if "commit" in one:
                wanted[one["name"]] = build_requires_of_folder(os.path.join(WORK, "git", one["commit"]["commit"], one["name"]))
            elif not file_name(one["file"]).endswith(".whl"):
                download(one["file"], one["sha256"])
                wanted[one["name"]] = build_requires_of_archive(cached(one["file"], one["sha256"]))
        if not wanted:
            return []
        everything = sorted({line for lines in wanted.values() for line in lines} | {"wheel"})
        preferences = ["%s==%s" % (one["name"], one["version"]) for one in self.request["previousBuild"]]
        self.before = {one["name"]: one for one in self.request["previousBuild"]}
        try:
            return self.closure("build", everything, preferences=preferences)
        except Trouble as trouble:
            if trouble.kind != "impossible":
                raise
        # They contradict each other: each with its own.
        found = {}
        for name, lines in sorted(wanted.items()):
            for one in self.closure("build-" + name, sorted(set(lines) | {"wheel"})):
                found[(one["name"], one["version"])] = one
        return [one for _, one in sorted(found.items())]

    def run(self):
        request = self.request
        self.main = uv_environment()["UV_DEFAULT_INDEX"]
        self.before = {one["name"]: one for one in request["previous"]}
        folder, assembly = self.assembly()
        modules = [self.line(pin) for pin in request["modules"]]
        extra = [self.line(pin) for pin in request["extra"]]
        replaced = {normalised(pin["package"]) for pin in request["modules"] + request["extra"]}
        lines = list(self.requirements(folder, replaced)) + modules + extra
        preferences = ["%s==%s" % (one["name"], one["version"]) for one in request["previous"] if not self.moves(one["name"])]
        # An extra package has the last word, also over what others require.
        overrides = [line for line, pin in zip(extra, request["extra"]) if pin["source"] != {"kind": "range", "range": "*"}]
        print("uv chooses versions", flush=True)
        packages = self.closure("all", lines, overrides, preferences)
        print("%d packages" % len(packages), flush=True)
        return {
            "python": "%d.%d" % sys.version_info[:2],
            "assembly": assembly,
            "packages": packages,
            "build": self.builders(packages),
        }


def rank(wheel):
    """Place among the tags of this Python, best first; None: not for it."""
    try:
        tags = parse_wheel_filename(file_name(wheel["url"]))[3]
    except Exception:
        return None
    places = [SUPPORTED[tag] for tag in tags if tag in SUPPORTED]
    return min(places) if places else None


SUPPORTED = {tag: place for place, tag in reversed(list(enumerate(sys_tags())))}


def without_user(url):
    return re.sub(r"^(\w+://)[^/@]*@", r"\1", url).rstrip("/") + "/"


def build_requires(text):
    if text is None:
        return LEGACY
    system = tomllib.loads(text).get("build-system")
    if system is None:
        return LEGACY
    return ["setuptools<80" if re.match(r"^setuptools\s*$", line) else line for line in system.get("requires", [])] or LEGACY


def build_requires_of_folder(folder):
    path = os.path.join(folder, "pyproject.toml")
    if not os.path.isfile(path):
        return build_requires(None)
    with open(path, encoding="utf-8") as file:
        return build_requires(file.read())


def build_requires_of_archive(path):
    def first(names):
        found = [name for name in names if re.match(r"^[^/]+/pyproject\.toml$", name)]
        return found[0] if found else None

    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            name = first(archive.namelist())
            return build_requires(archive.read(name).decode("utf-8") if name else None)
    with tarfile.open(path) as archive:
        name = first(archive.getnames())
        return build_requires(archive.extractfile(name).read().decode("utf-8") if name else None)


if __name__ == "__main__":
    with open("/work/request.json", encoding="utf-8") as file:
        wanted = json.load(file)
    try:
        result = Resolver(wanted).run()
    except Trouble as trouble:
        result = {"error": {"kind": trouble.kind, "message": str(trouble)}}
    with open("/result.json", "w", encoding="utf-8") as file:
        json.dump(result, file)
