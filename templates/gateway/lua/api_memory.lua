-- What is remembered of API users' credentials, always as a keyed hash that the stored hash is part of: a changed or
-- removed user is forgotten with the reload that brings the change.
local crypto = require "crypto"
local networks = require "networks"

local api_memory = {}

local verified, known, failures = ngx.shared.api_verified, ngx.shared.api_known, ngx.shared.api_failures

-- Seconds, and how many different wrong passwords.
local remember = 60 -- since the last use
local right_before = 7 * 86400
local per_client, client_window = 10, 60
local per_name, name_window = 60, 300 -- more than one client alone can reach

--- What stands for these credentials in memory.
function api_memory.key(name, password, stored)
  return crypto.hash("api", stored .. "\0" .. name .. "\0" .. password)
end

-- Only 18 bits of it: enough to know the right one again, useless to guess passwords from, should memory leak.
local function trace(name, key)
  return name .. "\0" .. key:sub(1, 3)
end

--- Were these credentials found right a moment ago? Use keeps them remembered.
function api_memory.is_verified(key)
  local at = verified:get(key)
  if not at then
    return false
  end
  if ngx.time() - at > remember / 2 then
    verified:set(key, ngx.time(), remember)
  end
  return true
end

function api_memory.keep(name, key)
  verified:set(key, ngx.time(), remember)
  known:set(trace(name, key), true, right_before)
end

--- Were they right in the last seven days? One in 262144 wrong passwords seems so and is then compared like any other.
function api_memory.was_right(name, key)
  return known:get(trace(name, key)) ~= nil
end

--- Were just these credentials found wrong in the last minute? Saying them again is no new guess.
function api_memory.is_wrong(key)
  return failures:get("wrong" .. key) ~= nil
end

local function budget_keys(name, client)
  return "client" .. networks.household(client), "name" .. crypto.hash("api-name", name)
end

--- Counts a guess before it is compared, so that a hundred at once are a hundred.
function api_memory.count(name, client)
  local by_client, by_name = budget_keys(name, client)
  failures:incr(by_client, 1, 0, client_window)
  failures:incr(by_name, 1, 0, name_window)
end

--- It was no wrong guess.
function api_memory.take_back(name, client)
  for _, key in ipairs { budget_keys(name, client) } do
    if (failures:get(key) or 0) > 0 then
      failures:incr(key, -1)
    end
  end
end

function api_memory.keep_wrong(key)
  failures:set("wrong" .. key, true, client_window)
end

--- Seconds until this client may guess at this name again; nil: now.
function api_memory.wait(name, client)
  local by_client, by_name = budget_keys(name, client)
  local longest
  for key, most in pairs { [by_client] = per_client, [by_name] = per_name } do
    if (failures:get(key) or 0) >= most then
      longest = math.max(longest or 1, math.ceil(failures:ttl(key) or 1))
    end
  end
  return longest
end

-- The same credentials at the same moment are compared once; the others wait for what comes out.
function api_memory.begin(key)
  return verified:add("running" .. key, true, 15)
end

function api_memory.finish(key)
  verified:delete("running" .. key)
end

function api_memory.is_running(key)
  return verified:get("running" .. key) ~= nil
end

return api_memory
