-- Basic Auth of /api against bcrypt hashes (htpasswd). A verified password is remembered for a minute, as a keyed hash
-- together with the stored hash: a changed or removed user fails at the next request after the reload.
local answer = require "answer"
local crypto = require "crypto"
local settings = require "settings"

local api_users = {}

local verified, failures = ngx.shared.api_verified, ngx.shared.api_failures
local remember, budget, window = 60, 10, 60 -- seconds, failures per address, seconds
local stored, some_hash = {}, nil

function api_users.load()
  for line in settings.api_users:gmatch("[^\r\n]+") do
    local name, hash = line:match("^([%w._@+-][%w._@+ -]*):(%$2[aby]%$%d%d%$[./%w]+)$")
    if name and #name <= 50 and #hash == 60 then
      stored[name], some_hash = hash, some_hash or hash
    elseif not line:find("^%s*#") then
      ngx.log(ngx.WARN, "htpasswd: a line is not `name:bcrypt hash` and is ignored")
    end
  end
end

local function challenge()
  local mode = ngx.var.http_sec_fetch_mode
  if not mode or mode == "navigate" then
    ngx.header["WWW-Authenticate"] = 'Basic realm="openIMIS API", charset="UTF-8"'
  end
  return answer.refuse(401, "no-api-user", "API users only", "This address needs the name and password of an API user.")
end

--- The API user of this request; ends the request with 401 or 429 when there is none.
function api_users.user()
  local encoded = (ngx.var.http_authorization or ""):match("^[bB][aA][sS][iI][cC] +([%w+/=]+)$")
  local name, password = ((encoded and #encoded <= 512 and ngx.decode_base64(encoded)) or ""):match("^([^:]*):(.*)$")
  if not name then
    return challenge()
  end
  local hash = stored[name]
  local key = crypto.hash("api", (hash or "") .. "\0" .. name .. "\0" .. password)
  if hash and verified:get(key) then
    ngx.var.openimis_user = name
    return name
  end
  local address = ngx.var.binary_remote_addr
  if (failures:get(address) or 0) >= budget then
    ngx.header["Retry-After"] = window
    return answer.refuse(429, "too-many-failures", "Too many failures", "Too many wrong passwords: please wait a minute.")
  end
  -- An unknown name costs the same time as a wrong password.
  local matches = some_hash ~= nil and crypto.password_matches(password, hash or some_hash)
  if hash and matches then
    verified:set(key, true, remember)
    ngx.var.openimis_user = name
    return name
  end
  failures:incr(address, 1, 0, window)
  return challenge()
end

return api_users
