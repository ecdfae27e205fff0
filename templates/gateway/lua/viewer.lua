-- May this visitor see what is only for signed-on users of the legacy (photos, extracts)?
-- Where the application has its own login, the gateway knows nobody: there the legacy's session itself must be logged in.
local cookies = require "cookies"
local crypto = require "crypto"
local legacy_check = require "legacy_check"
local settings = require "settings"
local sign_on = require "sign_on"

local viewer = {}

local patience = 2 -- seconds
local remember = 40 -- seconds, as long as a sign-on is trusted
local seen = ngx.shared.viewers

local function in_legacy_session()
  local visitor = cookies.read(ngx.var.http_cookie)
  if not visitor.session then
    return "nobody"
  end
  local key = crypto.hash("viewer", visitor.session)
  local known = seen:get(key)
  if known then
    return known
  end
  local outcome = legacy_check.who(visitor.session, visitor.culture, patience)
  local state = (outcome == "user" or outcome == "nameless") and "user" or outcome == "silent" and "unknown" or "nobody"
  seen:set(key, state, state == "user" and remember or 2)
  return state
end

--- "user" | "nobody" | "unknown" (the legacy cannot be asked now)
function viewer.state()
  if settings.signOn == "legacy" then
    local state = sign_on.current()
    return state == "idle" and "unknown" or state
  end
  return in_legacy_session()
end

return viewer
