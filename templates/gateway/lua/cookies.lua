-- Reading and rewriting the Cookie header. Names are compared as ASP.NET does: upper and lower case are the same.
local lrucache = require "resty.lrucache"
local settings = require "settings"

local cookies = {}

-- A browser sends the same header again and again, and reading it costs more than all the rest of the sign-on:
-- what was read is remembered per worker. Longer headers (bytes) are not worth the memory.
local remembered, longest = lrucache.new(1000), 4096
local none = {}

local session_name = "asp.net_sessionid"

local function each(header)
  return header:gmatch("[^;]+")
end

-- Without blanks at the end. `^(.-)%s*$` would take seconds for a long run of blanks.
local function trimmed(text)
  return text:match("^(.*%S)") or ""
end

local function split(pair)
  local name, value = pair:match("^%s*([^=%s]+)%s*=%s*(.*)$")
  if name then
    return name, trimmed(value)
  end
end

-- Python also takes other characters for blanks (U+00A0, control characters) and cuts them off.
local function plain_name(name)
  return (name:gsub("[^\33-\126]", "")):lower()
end

-- What is remembered of a header; tables in it are never changed by who gets them.
local function memory_of(header)
  local memory = remembered:get(header)
  if not memory then
    memory = { without = {} }
    if #header <= longest then
      remembered:set(header, memory)
    end
  end
  return memory
end

local function parse(header)
  local found, count = {}, {}
  for pair in each(header) do
    local name, value = split(pair)
    if name then
      local key = name == settings.cookie and name or name:lower()
      count[key] = (count[key] or 0) + 1
      found[key] = count[key] == 1 and value or nil
    end
  end
  local session, culture = found[session_name], found.cultureinfo
  if session and not session:find("^%w+$") or session and (#session < 16 or #session > 128) then
    session = nil
  end
  if culture and (#culture > 64 or not culture:find("^[%w%-_=&]*$")) then
    culture = nil
  end
  return { own = found[settings.cookie], session = session, culture = culture, back = found[settings.cookie:lower() .. "-return"] }
end

--- The gateway's cookie, the legacy's session id and CultureInfo. One that is there twice counts as absent.
function cookies.read(header)
  if not header then
    return none
  end
  local memory = memory_of(header)
  memory.visitor = memory.visitor or parse(header)
  return memory.visitor
end

-- Control characters, which no browser sends and every reader takes for something else.
local function spelt_out(pair)
  return (pair:gsub("[%z\1-\8\10-\31\127]", function(character)
    return string.format("%%%02X", character:byte())
  end))
end

local function strip(header, drop)
  local kept = {}
  for pair in each(header) do
    local name = split(pair)
    if name and not drop(plain_name(name)) then
      kept[#kept + 1] = spelt_out(trimmed(pair:match("^%s*(.*)$")))
    end
  end
  return #kept > 0 and table.concat(kept, "; ") or nil
end

--- The Cookie header without the cookies for which `drop(lower case name)` is true; nil when nothing is left.
function cookies.without(header, drop)
  if not header then
    return nil
  end
  local without = memory_of(header).without
  if without[drop] == nil then
    without[drop] = strip(header, drop) or false
  end
  return without[drop] or nil
end

local function is_own(name)
  return name:find("__host-openimis-", 1, true) == 1
end

local application_cookies = { sessionid = true, csrftoken = true, jwt = true, ["jwt-refresh-token"] = true }
local legacy_cookies = { [session_name] = true, cultureinfo = true }

--- What the legacy must not see: our cookies and the applications' (its connection may be plain http).
function cookies.hidden_from_legacy(name)
  return is_own(name) or application_cookies[name] == true
end

--- A login reaches the legacy without a session, so that it makes a fresh one (no session fixation).
function cookies.hidden_from_login(name)
  return cookies.hidden_from_legacy(name) or name == session_name
end

--- What an application must not see: our cookies and the legacy's.
function cookies.hidden_from_application(name)
  return is_own(name) or legacy_cookies[name] == true
end

-- Django's session, and the tokens of django-graphql-jwt; lower case, as names are compared.
local django_identities = { sessionid = true, jwt = true, ["jwt-refresh-token"] = true }

--- Where the gateway says who the user is, nothing of Django's own must say it too.
function cookies.hidden_from_signed_on_application(name)
  return cookies.hidden_from_application(name) or django_identities[name] ~= nil
end

--- Set-Cookie headers of the answer as a list.
function cookies.answered()
  local set = ngx.header["Set-Cookie"]
  if type(set) == "table" then
    return set
  end
  return set and { set } or none
end

--- The one session id that the legacy's answer sets, or nil.
function cookies.fresh_session()
  local session
  for _, line in ipairs(cookies.answered()) do
    local name, value = split((line:match("^[^;]*")))
    if name and name:lower() == session_name then
      if session or not value:find("^%w+$") or #value < 16 or #value > 128 then
        return nil
      end
      session = value
    end
  end
  return session
end

return cookies
