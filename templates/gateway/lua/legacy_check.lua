-- Asks the legacy, through this nginx's own internal server, who is logged in in a session.
local home_page = require "home_page"
local iis_path = require "iis_path"
local legacy_location = require "legacy_location"
local settings = require "settings"

local legacy_check = {}

local patience = 2 -- seconds for one answer, whole
local longest = 1048576 -- bytes of an answer that are read

local function ask(path, cookie)
  local ends = ngx.now() + patience
  local socket = ngx.socket.tcp()
  socket:settimeout(500)
  if not socket:connect("unix:/run/openimis/legacy.sock") then
    return nil
  end
  local request = { "GET ", path, " HTTP/1.0\r\nHost: legacy\r\n" }
  if cookie then
    request[#request + 1] = "Cookie: " .. cookie .. "\r\n"
  end
  request[#request + 1] = "\r\n"
  if not socket:send(request) then
    return nil
  end
  local parts, size = {}, 0
  while true do
    local left = (ends - ngx.now()) * 1000
    if left <= 0 or size > longest then
      socket:close()
      return nil
    end
    socket:settimeout(left)
    local data, problem = socket:receiveany(65536)
    if data then
      parts[#parts + 1] = data
      size = size + #data
    elseif problem == "closed" then
      return table.concat(parts)
    else
      socket:close()
      return nil
    end
    ngx.update_time()
  end
end

local function parse(answer)
  local head, body = (answer or ""):match("^(HTTP/1%.%d %d%d%d.-\r\n)\r\n(.*)$")
  if not head then
    return nil
  end
  local length = tonumber(head:lower():match("\r\ncontent%-length: *(%d+)"))
  if length and #body < length then
    return nil -- cut short: what is left of a name may read like another one
  end
  local status = tonumber(head:match("^HTTP/1%.%d (%d%d%d)"))
  return {
    status = status,
    location = head:match("\r\n[Ll]ocation: *([^\r\n]*)"),
    encoded = head:lower():find("\r\ncontent-encoding:", 1, true) ~= nil,
    body = body,
  }
end

local gateway_errors = { [502] = true, [503] = true, [504] = true }

--- Who is logged in in this session? Returns
---   "user", login name | "nobody" | "unreadable", why | "silent" (no answer in time).
function legacy_check.who(session, culture)
  local cookie = "ASP.NET_SessionId=" .. session .. (culture and "; CultureInfo=" .. culture or "")
  local answer = parse(ask(settings.legacy.path .. "Home.aspx?x=1", cookie))
  if not answer or gateway_errors[answer.status] then
    return "silent"
  end
  if answer.status == 302 and answer.location then
    local path = legacy_location.path(answer.location)
    if path and iis_path.page(path, settings.legacy.path) == "default.aspx" then
      return "nobody"
    end
  end
  if answer.status ~= 200 or answer.encoded then
    return "unreadable", "Home.aspx answered " .. answer.status
  end
  local user, why = home_page.user(answer.body)
  if not user then
    return "unreadable", why
  end
  return "user", user
end

--- Does the legacy as a whole answer, outside any session?
function legacy_check.answers()
  local answer = parse(ask(settings.legacy.path, nil))
  return answer ~= nil and not gateway_errors[answer.status]
end

return legacy_check
