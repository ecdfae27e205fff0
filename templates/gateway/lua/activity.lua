-- When did a signed-on user last do something? What React asks by itself, on a timer, is not doing something:
--   /keepLegacyAlive            every 5 minutes (never comes here)
--   mutationLogs(id: ...)       the journal, every 2 seconds while a change is pending; one that is lost stays so for ever
--   mutationLogs(clientMutationId: ...)  the same from 1.4 on
--   refreshToken                every 5 minutes from 1.4 on
local cjson = require "cjson.safe"

local activity = {}

local shared = ngx.shared.activity
local kept = 86400 -- seconds
local precision = 5 -- seconds between two notes of one user
local longest_poll = 4096 -- bytes

local function query_of_body()
  local length = tonumber(ngx.var.http_content_length)
  local kind = (ngx.var.http_content_type or ""):lower()
  if not length or length > longest_poll or not kind:find("json", 1, true) then
    return nil
  end
  ngx.req.read_body()
  local body = cjson.decode(ngx.req.get_body_data() or "")
  return type(body) == "table" and type(body.query) == "string" and body.query or nil
end

local function is_timer_query(query)
  local text = query:gsub("%s+", " ")
  return text:find("^ ?{ ?mutationLogs ?%( ?id ?:") ~= nil
    or text:find("^ ?query ?%w* ?%b() ?{ ?mutationLogs ?%( ?clientMutationId ?:") ~= nil
    or text:find("^ ?mutation ?%w* ?{ ?refreshToken ?[{(]") ~= nil
end

--- Does React ask this by itself? Reads the body, if it is small enough to be such a question.
function activity.is_poll()
  if ngx.req.get_method() ~= "POST" or not ngx.var.uri:find("/graphql/?$") then
    return false
  end
  local query = query_of_body()
  return query ~= nil and is_timer_query(query)
end

--- Seconds since 1970 of the last thing this user did here; nil: not known.
function activity.last(key)
  return shared:get(key)
end

--- Is a new note due? Saves writing (and looking at the request) for most of them.
function activity.is_due(last, now)
  return not last or now - last >= precision
end

--- The user does something now.
function activity.note(key, now)
  shared:set(key, now, kept)
end

return activity
