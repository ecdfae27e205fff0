-- Who may use /api with Basic Auth, and as whom.
local answer = require "answer"
local audit = require "audit"
local api_memory = require "api_memory"
local api_user_line = require "api_user_line"
local crypto = require "crypto"
local lrucache = require "resty.lrucache"
local networks = require "networks"
local password_check = require "password_check"
local settings = require "settings"

local api_users = {}

local longest_password = 72 -- bytes; bcrypt would not look at more
local users, hashes = {}, {}
-- By the Authorization header as it came: whose it is, and what stands for it in api_memory, which is asked each time whether
-- that still counts. Reading the header and the keyed hash are saved; nothing is kept longer than a minute.
local proven, proven_for = lrucache.new(200), 60

function api_users.load()
  for line in settings.api_users:gmatch("[^\r\n]+") do
    local user = api_user_line.parse(line)
    if user then
      users[user.name] = user
      hashes[#hashes + 1] = user.hash
    else
      ngx.log(ngx.WARN, "API users: a line is not understood and stands for nobody (openimis users list shows it)")
    end
  end
end

-- Somebody who cannot be right costs as much time as somebody who is wrong: always the same stranger's hash for a name.
local function decoy(name)
  local digits = tonumber(ngx.crc32_long(crypto.hash("api-decoy", name)))
  return hashes[digits % #hashes + 1]
end

-- Scripts in a browser must not make it open its own password dialog; other programs need to be asked.
local function may_be_asked()
  if ngx.var.http_x_requested_with then
    return false
  end
  local mode = ngx.var.http_sec_fetch_mode
  if mode then
    return mode == "navigate"
  end
  local is_browser = (ngx.var.http_user_agent or ""):find("Mozilla/", 1, true) ~= nil
  return not is_browser or (ngx.var.http_accept or ""):find("text/html", 1, true) ~= nil
end

local function challenge()
  if may_be_asked() then
    ngx.header["WWW-Authenticate"] = 'Basic realm="openIMIS API", charset="UTF-8"'
  end
  return answer.refuse(401, "no-api-user", "API users only", "This address needs the name and password of an API user.")
end

local function wait(status, code, seconds, text)
  ngx.header["Retry-After"] = seconds
  return answer.refuse(status, code, "Please wait", text)
end

local function credentials(header)
  local encoded = (header or ""):match("^[bB][aA][sS][iI][cC] +([%w+/=]+)$")
  local name, password = ((encoded and #encoded <= 512 and ngx.decode_base64(encoded)) or ""):match("^([^:]*):(.*)$")
  if name and #name <= 50 and #password <= longest_password and not password:find("\0", 1, true) then
    return name, password
  end
end

-- Is this address in one of the user's networks? The same ones ask again.
local function is_inside(user, client)
  user.clients = user.clients or lrucache.new(200)
  local inside = user.clients:get(client)
  if inside == nil then
    inside = false
    for _, network in ipairs(user.from) do
      inside = inside or networks.holds(network, client)
    end
    user.clients:set(client, inside)
  end
  return inside
end

-- Why this user cannot come in here and now, whatever the password; nil: he can.
local function obstacle(user, client)
  if user.expires and os.date("!%Y-%m-%d", ngx.time()) > user.expires then
    return "expired at the end of " .. user.expires
  end
  if user.from and not is_inside(user, client) then
    return "asked from an address outside of its networks"
  end
end

-- "right", "wrong", "wait" (and seconds) or "busy".
local function compare(name, password, user, hash, key, client)
  local was_right = api_memory.was_right(name, key)
  local seconds = not was_right and api_memory.wait(name, client)
  if seconds then
    return "wait", seconds
  end
  api_memory.count(name, client)
  local matches = password_check.matches(password, hash, was_right and "known" or "stranger")
  local outcome = matches == nil and "busy" or matches and user and "right" or "wrong"
  if outcome ~= "wrong" then
    api_memory.take_back(name, client)
  end
  return outcome
end

local function judge(name, password, user, client, hash, key)
  local ends = ngx.now() + 15
  while true do
    if user and api_memory.is_verified(key) then
      return "right"
    end
    if api_memory.is_wrong(key) then
      return "wrong"
    end
    if api_memory.begin(key) then
      local outcome, seconds = compare(name, password, user, hash, key, client)
      if outcome == "right" then
        api_memory.keep(name, key)
      elseif outcome == "wrong" then
        api_memory.keep_wrong(key)
      end
      api_memory.finish(key)
      return outcome, seconds
    end
    repeat
      if ngx.now() >= ends then
        return "busy"
      end
      ngx.sleep(0.02)
    until not api_memory.is_running(key)
  end
end

local function let_in(found, client)
  local name = found.user.name
  ngx.var.openimis_user = name
  if found.client ~= client then
    found.client = client
    audit.once("api-client " .. name .. " " .. client, 3600, "api-client", { apiUser = name })
  end
  return found.user
end

--- The API user of this request ({ name, as, paths }); ends the request with 401, 429 or 503 when there is none.
function api_users.user()
  local header, client = ngx.var.http_authorization, ngx.var.binary_remote_addr
  local found = header and proven:get(header)
  if found and not obstacle(found.user, client) and api_memory.is_verified(found.key) then
    return let_in(found, client)
  end
  local name, password = credentials(header)
  if not name or #hashes == 0 then
    return challenge()
  end
  local user = users[name]
  local why = user and obstacle(user, client)
  local allowed = not why and user or nil
  local hash = allowed and user.hash or decoy(name)
  local key = api_memory.key(name, password, hash)
  local outcome, seconds = judge(name, password, allowed, client, hash, key)
  if outcome == "right" then
    found = { user = user, key = key }
    proven:set(header, found, proven_for)
    return let_in(found, client)
  end
  if outcome == "wait" then
    return wait(429, "too-many-failures", seconds, "Too many wrong passwords: please wait a minute.")
  end
  if outcome == "busy" then
    return wait(503, "busy", 2, "Too many passwords are being compared just now: please try again in some seconds.")
  end
  if user then
    audit.write("api-refused", { apiUser = name })
  end
  if why then
    ngx.log(ngx.WARN, "API user ", name, " refused: ", why)
  end
  return challenge()
end

--- Is a path in this one or below it? Neither ends in a slash.
local function is_below(path, above)
  return path == above or path:sub(1, #above + 1) == above .. "/"
end

local function is_open(user, route, path, apart)
  for _, open in ipairs(user.paths or { route.path }) do
    if is_below(path, open) and (not apart or is_below(open, apart)) then
      return true
    end
  end
  return false
end

--- May an API user ask for this decoded path? `apart` is the area it is in that must be opened by name, or nil; a path is always
--- in the same one, and the same paths are asked for again.
function api_users.may(user, route, path, apart)
  user.open = user.open or lrucache.new(500)
  local open = user.open:get(path)
  if open == nil then
    open = is_open(user, route, path, apart)
    if #path <= 256 then
      user.open:set(path, open)
    end
  end
  return open
end

return api_users
