-- Sessions that have ended here before the cookie would: kept in memory, and in a file for the next start.
local revocations = {}

local file_name = "/var/lib/openimis/revoked"
local lifetime = 43200 -- seconds; the absolute limit of a sign-on
local revoked = ngx.shared.revoked

--- Loads what an earlier run left behind. Lines: <hash> <end of life, seconds since 1970>.
function revocations.load()
  local file = io.open(file_name, "r")
  if not file then
    return
  end
  for line in file:lines() do
    local hash, ends = line:match("^([%w_%-]+) (%d+)$")
    local left = hash and tonumber(ends) - ngx.time() or 0
    if left > 0 then
      revoked:set(hash, true, left)
    end
  end
  file:close()
end

function revocations.has(hash)
  return revoked:get(hash) ~= nil
end

function revocations.add(hash)
  local added, problem, evicted = revoked:add(hash, true, lifetime)
  if evicted then
    ngx.log(ngx.WARN, "the list of ended sessions is full: the oldest one was dropped")
  end
  if not added and problem == "exists" then
    return
  end
  local file, why = io.open(file_name, "a")
  if not file then
    ngx.log(ngx.ERR, "an ended session could not be written down: ", why)
    return
  end
  file:write(hash, " ", string.format("%d", ngx.time() + lifetime), "\n")
  file:close()
end

return revocations
