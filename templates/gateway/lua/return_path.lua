-- Where a visitor wanted to go before he was sent to the login: kept in a cookie of its own, believed only as far as this
-- server's own pages for signed-on users.
local settings = require "settings"

local return_path = {}

local attributes = "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age="
local kept, longest = 600, 1024 -- seconds, bytes

local function is_page_of(path, route)
  local rest = path:sub(1, #route.path) == route.path and path:sub(#route.path + 1, #route.path + 1)
  return route.access == "signed-on" and (rest == "" or rest == "/" or rest == "?")
end

local function is_own(path)
  local before = path:match("^[^?]*")
  if #path > longest or path:find("[\\%c\127-\255#]") or before:find("//", 1, true) or (before .. "/"):find("/%.%.?/") then
    return false
  end
  for _, route in pairs(settings.routes) do
    if is_page_of(path, route) then
      return true
    end
  end
  return false
end

--- Remembers this request with the answer that sends to the login.
function return_path.remember()
  local wanted = ngx.var.request_uri
  if ngx.req.get_method() == "GET" and is_own(wanted) then
    ngx.ctx.return_cookie = settings.cookie .. "-return=" .. ngx.escape_uri(wanted) .. attributes .. kept
  end
end

--- The path in the visitor's cookie, when it is one of this server's; the answer takes the cookie back.
function return_path.take(value)
  ngx.ctx.return_cookie = settings.cookie .. "-return=" .. attributes .. 0
  local path = ngx.unescape_uri(value)
  return is_own(path) and path or nil
end

return return_path
