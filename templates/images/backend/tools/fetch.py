"""Fetches everything that /work/request.json names; prints `openimis-fetched BYTES FILES`."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

from packages import Trouble, download, ensure_commit


def main():
    with open("/work/request.json", encoding="utf-8") as file:
        request = json.load(file)
    files, repositories = request["files"] + request["archives"], request["git"]

    def one(wanted):
        moved = download(wanted["url"], wanted["sha256"])
        if moved:
            print("fetched %s (%d bytes)" % (wanted["url"].rsplit("/", 1)[-1], moved), flush=True)
        return moved

    with ThreadPoolExecutor(8) as pool:
        moved = sum(pool.map(one, files))
    for wanted in repositories:
        if ensure_commit(wanted["url"], wanted["commit"]):
            print("fetched %s of %s" % (wanted["commit"], wanted["url"]), flush=True)
    return {"bytes": moved, "files": len(files)}


if __name__ == "__main__":
    try:
        result = main()
    except Trouble as trouble:
        result = {"error": {"kind": trouble.kind, "message": str(trouble)}}
    with open("/result.json", "w", encoding="utf-8") as file:
        json.dump(result, file)
    sys.exit(0)
