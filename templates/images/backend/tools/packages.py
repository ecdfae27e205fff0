"""Files by hash and git repositories by commit in the cache of the box. Nothing here runs what it fetched."""

import base64
import difflib
import hashlib
import os
import shutil
import ssl
import subprocess
import tarfile
import time
import urllib.error
import urllib.request
import zipfile
from urllib.parse import unquote, urlsplit

from environment import CACHE, WORK, certificates, secret, settings

LARGEST = 2 * 1024 ** 3


class Trouble(Exception):
    """Foreseen; `kind` is what the command line makes of it."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def file_name(url):
    name = unquote(urlsplit(url).path.rsplit("/", 1)[-1])
    if not name or name.startswith(".") or "/" in name or "\0" in name:
        raise Trouble("impossible", "the address %s names no file" % url)
    return name


def cached(url, digest):
    return os.path.join(CACHE, "files", digest, file_name(url))


def sha256(path):
    known = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            known.update(block)
    return known.hexdigest()


class KeepCredentials(urllib.request.HTTPRedirectHandler):
    """Credentials are for the host that they are configured for, not for where it leads."""

    def redirect_request(self, request, *rest):
        after = super().redirect_request(request, *rest)
        if after is not None and urlsplit(after.full_url).netloc != urlsplit(request.full_url).netloc:
            after.headers.pop("Authorization", None)
        return after


def open_url(url, offset):
    known = settings()
    host = urlsplit(url).netloc
    context = ssl.create_default_context(cafile=certificates(WORK))
    if host in known.get("insecure", []) or urlsplit(url).hostname in known.get("insecure", []):
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    headers = {"User-Agent": "openimis", "Accept-Encoding": "identity"}
    found = [one for one in known["indexes"] if urlsplit(one["url"]).netloc == host and one.get("authorization")]
    if found:
        headers["Authorization"] = found[0]["authorization"]
    elif secret("netrc"):
        import netrc

        entry = netrc.netrc(secret("netrc")).authenticators(urlsplit(url).hostname)
        if entry:
            both = "%s:%s" % (entry[0], entry[2])
            headers["Authorization"] = "Basic " + base64.b64encode(both.encode()).decode()
    if offset:
        headers["Range"] = "bytes=%d-" % offset
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), KeepCredentials)
    return opener.open(urllib.request.Request(url, headers=headers), timeout=60)


def download(url, digest):
    """Bytes that went over the network: 0 when the file is there. An interrupted download goes on where it stopped."""
    target = cached(url, digest)
    if os.path.exists(target):
        if sha256(target) == digest:
            return 0
        os.remove(target)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    part = target + ".part"
    moved, failure = 0, None
    for attempt in range(4):
        if attempt:
            time.sleep(2 ** attempt)
        try:
            moved += receive(url, part)
            failure = None
            break
        except urllib.error.HTTPError as error:
            failure = error
            if error.code < 500 and error.code not in (408, 429):
                break
        except OSError as error:
            failure = error
    if failure is not None:
        raise Trouble("fetch", "%s cannot be downloaded: %s" % (url, failure))
    found = sha256(part)
    if found != digest:
        os.remove(part)
        raise Trouble("hash", "%s has the hash sha256:%s, and the lock file says sha256:%s" % (url, found, digest))
    os.replace(part, target)
    return moved


def receive(url, part):
    offset = os.path.getsize(part) if os.path.exists(part) else 0
    try:
        response = open_url(url, offset)
    except urllib.error.HTTPError as error:
        if error.code != 416:
            raise
        os.remove(part)
        offset, response = 0, open_url(url, 0)
    with response:
        resumed = offset > 0 and response.status == 206
        moved = 0
        with open(part, "ab" if resumed else "wb") as file:
            for block in iter(lambda: response.read(1 << 16), b""):
                moved += len(block)
                if moved > LARGEST:
                    raise Trouble("fetch", "%s is larger than %d bytes" % (url, LARGEST))
                file.write(block)
        wanted = response.headers.get("Content-Length")
        if wanted is not None and int(wanted) != moved:
            raise OSError("the connection ended early")
    return moved


def download_unlocked(url):
    """For what has no hash yet: the path in the cache and the hash."""
    part = os.path.join(WORK, "unlocked")
    try:
        receive(url, part)
    except OSError as error:
        raise Trouble("fetch", "%s cannot be downloaded: %s" % (url, error))
    digest = sha256(part)
    target = cached(url, digest)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.move(part, target)
    return target, digest


def unpack(path, folder):
    """An archive with one folder at its top, or none; nothing in it may lead out."""
    inside = folder + ".unpacked"
    os.makedirs(inside)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names, total = archive.namelist(), sum(one.file_size for one in archive.infolist())
            check_names(names, total, path)
            archive.extractall(inside)
    else:
        with tarfile.open(path) as archive:
            members = [one for one in archive.getmembers() if one.isfile() or one.isdir()]
            check_names([one.name for one in members], sum(one.size for one in members), path)
            for one in members:
                one.mode = (one.mode & 0o755) | 0o600
                archive.extract(one, inside, set_attrs=False)
                if one.isfile() and one.mode & 0o100:
                    os.chmod(os.path.join(inside, one.name), 0o755)
    top = os.listdir(inside)
    single = len(top) == 1 and os.path.isdir(os.path.join(inside, top[0]))
    os.rename(os.path.join(inside, top[0]) if single else inside, folder)


def check_names(names, total, path):
    if total > LARGEST or len(names) > 100000:
        raise Trouble("impossible", "%s unpacks to more than is sensible" % os.path.basename(path))
    for name in names:
        if name.startswith("/") or ".." in name.split("/"):
            raise Trouble("impossible", "%s has a file that leads out of it: %r" % (os.path.basename(path), name))


# git


def git(arguments, repository=None, index=None, timeout=1800):
    command = ["git", "-c", "protocol.ext.allow=never", "-c", "protocol.file.allow=never", "-c", "core.hooksPath=/dev/null"]
    if secret("git_credentials"):
        command += ["-c", "credential.helper=store --file=" + secret("git_credentials")]
    env = dict(os.environ, HOME=WORK, GIT_TERMINAL_PROMPT="0", GIT_CONFIG_NOSYSTEM="1", GIT_SSL_CAINFO=certificates(WORK), LC_ALL="C")
    if secret("netrc"):
        shutil.copyfile(secret("netrc"), os.path.join(WORK, ".netrc"))
    if repository:
        command += ["--git-dir", repository]
    if index:
        env["GIT_INDEX_FILE"] = index
    done = subprocess.run(command + arguments, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def checked_address(url):
    if not url.split("://")[0] in ("https", "http", "ssh", "git"):
        raise Trouble("git", "%s cannot be reached from a container: give the repository an https address" % url)
    return url


def refs(url):
    code, out, error = git(["ls-remote", "--", checked_address(url)], timeout=180)
    if code != 0:
        raise Trouble("git", "the repository %s does not answer: %s" % (url, error.strip().split("\n")[-1]))
    return {name: commit for commit, name in (line.split("\t", 1) for line in out.splitlines() if "\t" in line)}


def commit_of(url, ref, as_of=None):
    """The commit that a branch, tag or commit is; of a branch as of a day the newest before its end."""
    if ref and len(ref) == 40 and all(digit in "0123456789abcdef" for digit in ref):
        return ref
    known = refs(url)
    for name in ("refs/tags/%s^{}" % ref, "refs/tags/%s" % ref):
        if ref and name in known:
            return known[name]
    name = "refs/heads/%s" % ref if ref else "HEAD"
    if name not in known:
        words = [one.split("/", 2)[2].replace("^{}", "") for one in known if one.count("/") >= 2]
        near = difflib.get_close_matches(ref or "", sorted(set(words)), 3, 0.4)
        raise Trouble("git", "%s has no branch or tag %s%s" % (url, ref, "; there are " + ", ".join(near) if near else ""))
    if as_of is None:
        return known[name]
    repository = whole(url)
    code, out, _ = git(["rev-list", "-1", "--first-parent", "--before=" + as_of, known[name]], repository)
    if code != 0 or not out.strip():
        raise Trouble("git", "%s of %s has no commit before %s" % (ref or "the default branch", url, as_of))
    return out.strip()


def repository_of(url):
    path = os.path.join(CACHE, "git", hashlib.sha256(url.encode()).hexdigest()[:32])
    if not os.path.exists(os.path.join(path, "HEAD")):
        os.makedirs(path, exist_ok=True)
        git(["init", "--bare", "--quiet", path])
    return path


def has(repository, commit):
    return git(["cat-file", "-e", commit + "^{tree}"], repository)[0] == 0


def whole(url):
    repository = repository_of(url)
    shallow = os.path.exists(os.path.join(repository, "shallow"))
    wanted = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]
    code, _, error = git(["fetch", "--quiet", "--no-tags"] + (["--unshallow"] if shallow else []) + [checked_address(url)] + wanted, repository)
    if code != 0:
        raise Trouble("git", "the repository %s cannot be fetched: %s" % (url, error.strip().split("\n")[-1]))
    return repository


def ensure_commit(url, commit):
    """True when it had to be fetched."""
    repository = repository_of(url)
    if has(repository, commit):
        return False
    git(["fetch", "--quiet", "--no-tags", "--depth", "1", checked_address(url), commit], repository)
    if not has(repository, commit):
        whole(url)
    if not has(repository, commit):
        raise Trouble("git", "%s has no commit %s (any more)" % (url, commit))
    return True


def checkout(url, commit, folder):
    repository = repository_of(url)
    if not has(repository, commit):
        raise Trouble("fetch", "the commit %s of %s is not in the cache" % (commit, url))
    os.makedirs(folder)
    index = folder + ".index"
    code, _, error = git(["--work-tree", folder, "checkout", "--force", commit, "--", "."], repository, index)
    if code != 0:
        raise Trouble("git", "%s of %s cannot be checked out: %s" % (commit, url, error.strip()))
    os.remove(index)
