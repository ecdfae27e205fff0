-- Asks the legacy, through this nginx's own internal server, who is logged in in a session.
local home_page = require "home_page"
local iis_path = require "iis_path"
local internal_request = require "internal_request"
local legacy_location = require "legacy_location"
local settings = require "settings"

local legacy_check = {}

-- Seconds. A check goes on when the request that wanted it waits no longer: the legacy serves a session's requests one by one,
-- and the answer comes when its slow page is done.
local patience, patience_outside = 20, 1.5

local gateway_errors = { [502] = true, [503] = true, [504] = true }

local function ask(path, cookie, wait)
  local answer = internal_request.ask {
    socket = "legacy", path = path, patience = wait, headers = { Host = "legacy", Cookie = cookie },
  }
  return answer and not gateway_errors[answer.status] and answer or nil
end

--- Who is logged in in this session? Waits `at_most` seconds, or as long as makes sense in the background. Returns
---   "user", login name | "nameless" (someone; this legacy never shows login names) | "nobody"
---   | "unreadable", why | "silent" (no answer in time).
function legacy_check.who(session, culture, at_most)
  local cookie = "ASP.NET_SessionId=" .. session .. (culture and "; CultureInfo=" .. culture or "")
  local answer = ask(settings.legacy.path .. "Home.aspx?x=1", cookie, at_most or patience)
  if not answer then
    return "silent"
  end
  local location = internal_request.header(answer, "location")
  if answer.status == 302 and location then
    local path = legacy_location.path(location)
    if path and iis_path.page(path, settings.legacy.path) == "default.aspx" then
      return "nobody"
    end
  end
  if answer.status ~= 200 or internal_request.header(answer, "content-encoding") then
    return "unreadable", "Home.aspx answered " .. answer.status
  end
  return home_page.read(answer.body)
end

--- Does the legacy as a whole answer, outside any session?
function legacy_check.answers()
  return ask(settings.legacy.path, nil, patience_outside) ~= nil
end

return legacy_check
