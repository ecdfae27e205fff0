-- Does the backend know the signed-on user? Asked once in a while per user, because a backend does not say it clearly:
-- releases up to 23.10 refuse a name that nobody has (401, 403), 24.10 answers a bare 500 (as for any other fault).
local answer = require "answer"
local cjson = require "cjson.safe"
local internal_request = require "internal_request"
local lrucache = require "resty.lrucache"
local settings = require "settings"

local backend_user = {}

local shared = ngx.shared.backend_users
local patience = 2 -- seconds
local here = lrucache.new(1000) -- what this worker has read of it: known users, for `known_here` seconds
local known_here = 10
local lifetimes = { known = 600, unknown = 20, unclear = 20 } -- seconds

local function ask(route, bank, parts)
  local headers = parts.headers or {}
  headers.Host = ngx.var.openimis_host
  headers["X-Upstream"] = route.target .. "-" .. bank
  headers.Accept = "application/json"
  local root = route.targetPath or route.path .. "/"
  return internal_request.ask {
    socket = "backend", method = parts.method, path = root .. parts.path, headers = headers, body = parts.body, patience = patience,
  }
end

-- Does the backend read its database for somebody without a name? Then a 500 for a name is about the name.
local function works_for_nobody(route, bank)
  local reply = ask(route, bank, {
    method = "POST", path = "graphql", headers = { ["Content-Type"] = "application/json" },
    body = '{"query":"{ moduleConfigurations { module } }"}',
  })
  local answered = reply and reply.status == 200 and cjson.decode(reply.body)
  local data = type(answered) == "table" and answered.data
  return type(data) == "table" and type(data.moduleConfigurations) == "table"
end

local function look(user, route, bank)
  local reply = ask(route, bank, { path = "core/users/current_user/", headers = { [settings.identity_header] = user } })
  local status = reply and reply.status
  if status == 200 then
    return "known"
  elseif status == 401 or status == 403 or status == 500 and works_for_nobody(route, bank) then
    return "unknown"
  end
  return "unclear"
end

-- The route that leads to the backend of these pages.
local function backend_route(route)
  if route.name == "front" and not answer.is_navigation() then
    return nil
  end
  local found = route.name == "front" and settings.routes.iapi or route
  return found and (found.access == "signed-on" or found.signedOn) and found.target ~= "not-deployed" and found or nil
end

--- Is it certain that the backend behind this route has no such user?
function backend_user.is_unknown(user, route, bank)
  local asked = backend_route(route)
  if not asked then
    return false
  end
  local key = asked.target .. "-" .. bank .. " " .. user
  if here:get(key) then
    return false
  end
  local state = shared:get(key)
  if not state and shared:add(key, "asking", patience * 2 + 1) then
    state = look(user, asked, bank)
    shared:set(key, state, lifetimes[state])
    if state == "unknown" then
      ngx.log(ngx.WARN, "the backend does not know the signed-on user ", user)
    end
  end
  local ends = ngx.now() + patience
  while state == "asking" and ngx.now() < ends do
    ngx.sleep(0.02)
    state = shared:get(key)
  end
  if state == "known" then
    here:set(key, true, known_here)
  end
  return state == "unknown"
end

return backend_user
