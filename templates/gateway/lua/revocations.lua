-- Sessions that have ended here before the cookie would: kept in memory, and in a file for the next start.
-- A line is `<hash> <end of life> <at>`, in seconds since 1970: what was issued up to <at> is ended.
local changes = require "changes"

local revocations = {}

local file_name = "/var/lib/openimis/revoked"
local lifetime = 86400 + 120 -- seconds; longer than the longest absolute limit that may be set
local revoked = ngx.shared.revoked

local function remember(hash, at, left)
  local known = revoked:get(hash)
  if known and known >= at then
    return false
  end
  local _, _, evicted = revoked:set(hash, at, left)
  if evicted then
    ngx.log(ngx.WARN, "the list of ended sessions is full: the oldest one was dropped")
  end
  changes.happened()
  return true
end

--- Loads what an earlier run left behind.
function revocations.load()
  local file = io.open(file_name, "r")
  if not file then
    return
  end
  for line in file:lines() do
    local hash, ends, at = line:match("^([%w_%-]+) (%d+) (%d+)$")
    local left = hash and tonumber(ends) - ngx.time() or 0
    if left > 0 then
      remember(hash, tonumber(at), left)
    end
  end
  file:close()
end

--- Until when (seconds since 1970) is what was issued for this session ended? nil: it is not.
function revocations.until_when(hash)
  return revoked:get(hash)
end

--- Ends everything that was issued for this session up to `at`.
function revocations.add(hash, at)
  if not remember(hash, at, lifetime) then
    return
  end
  local file, why = io.open(file_name, "a")
  if not file then
    ngx.log(ngx.ERR, "an ended session could not be written down: ", why)
    return
  end
  file:write(string.format("%s %d %d\n", hash, ngx.time() + lifetime, at))
  file:close()
end

return revocations
