-- Lets only a signed-on user pass: a page is sent to the login, a program gets 401 with JSON.
local answer = require "answer"
local return_path = require "return_path"
local settings = require "settings"
local sign_on = require "sign_on"

local visitor = {}

--- The signed-on user of this request, or nil; ends the request when it cannot be said now who it is.
function visitor.user_if_any()
  local state, user = sign_on.current()
  if state == "user" then
    return user
  elseif state == "unknown" then
    ngx.header["Retry-After"] = 5
    return answer.refuse(503, "sign-on-unknown", "Please try again",
      "The existing openIMIS cannot be asked just now who you are. Please try again in a minute.")
  elseif state == "idle" then
    return answer.refuse(503, "idle", "Please go on",
      "Nothing was done here for a while: the existing openIMIS is asked who you are as soon as you do something.")
  end
end

--- The signed-on user of this request; ends the request when there is none.
function visitor.user()
  local user = visitor.user_if_any()
  if user then
    return user
  elseif answer.is_navigation() then
    return_path.remember()
    return answer.redirect(settings.legacy.path)
  end
  return answer.refuse(401, "not-signed-on", "Not signed on", "Please log in to openIMIS first.")
end

return visitor
