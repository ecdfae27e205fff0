-- /front, /iapi and /api: who may pass, which bank answers, and who the backend is told it is.
local answer = require "answer"
local api_access = require "api_access"
local backend_user = require "backend_user"
local banks = require "banks"
local cookies = require "cookies"
local foreign = require "foreign"
local iis_path = require "iis_path"
local lrucache = require "resty.lrucache"
local maintenance = require "maintenance"
local settings = require "settings"
local sign_on = require "sign_on"
local visitor = require "visitor"

local application = {}

-- One spelling per path: what nginx matched must be what the backend reads.
local function is_spelt_plainly(path, route)
  local lower = path:lower()
  return (path == route.path or path:sub(1, #route.path + 1) == route.path .. "/")
    and not path:find("//", 1, true) and not (path .. "/"):find("/%.%.?/") and not path:find("\\", 1, true)
    and not lower:find("%2e", 1, true) and not lower:find("%2f", 1, true) and not lower:find("%5c", 1, true)
    and not lower:find("%00", 1, true)
end

-- What a path is, whatever is asked there and by whom. Paths come again: it is remembered per worker.
local function kind_of(raw, route)
  local path = iis_path.without_query(raw)
  route.kinds = route.kinds or lrucache.new(500)
  local kind = route.kinds:get(path)
  if not kind then
    kind = {
      is_plain = is_spelt_plainly(path, route),
      -- React 1.0 and 1.1 log out by loading their own route.
      is_logout = route.name == "front" and ngx.var.uri == route.path .. "/logout",
      area = route.name ~= "front" and api_access.area(route, ngx.var.uri) or nil,
    }
    if #path <= 256 then
      route.kinds:set(path, kind)
    end
  end
  return kind
end

-- Where the gateway says who the user is, nothing of Django's own must say it too.
local function hidden_cookies(context)
  return context.identified and cookies.hidden_from_signed_on_application or cookies.hidden_from_application
end

--- Access phase of an application's route; its name is in $openimis_route.
function application.access()
  local route = settings.routes[ngx.var.openimis_route]
  if route.target == "not-deployed" then
    return answer.not_deployed()
  end
  local raw = ngx.var.request_uri
  local kind = kind_of(raw, route)
  if not kind.is_logout then
    maintenance.check()
  end
  if not kind.is_plain then
    return answer.refuse(400, "odd-path", "Not understood", "This address is spelt in a way that is not accepted here.")
  end
  if route.access ~= "application" then
    foreign.refuse()
  end
  if kind.area == "/admin" and settings.adminPages ~= "open" then
    return answer.refuse(403, "admin-closed", "Not open here", "The administration pages of the new openIMIS are closed on this server.")
  end
  local user, by_legacy
  if route.access == "signed-on" then
    if kind.is_logout then
      return answer.redirect("/logout")
    end
    user, by_legacy = visitor.user(), true
  elseif route.access == "basic" or route.signedOn then
    user, by_legacy = api_access.identity(route, kind.area)
  end
  local bank = banks.active()
  if not bank then
    return answer.refuse(503, "starting", "openIMIS is starting", "The new part of openIMIS is starting. Please try again in a minute.")
  end
  if by_legacy and backend_user.is_unknown(user, route, bank) then
    return answer.refuse(403, "unknown-user", "Not known to the new openIMIS", "You are logged in as " .. user
      .. ", but the new part of openIMIS has no such user. Please ask your administrator; the existing openIMIS goes on as before.", true)
  end
  local context = ngx.ctx
  if user then
    context.identified = true
    ngx.req.clear_header("Authorization")
  end
  -- Takes the place of whatever the client sent under this name, also more than once.
  ngx.req.set_header(settings.identity_header, route.name ~= "front" and user or nil)
  local header = ngx.var.http_cookie
  if header and route.name ~= "front" then
    ngx.var.openimis_cookie = cookies.without(header, hidden_cookies(context)) or ""
  end
  ngx.var.openimis_upstream = route.target .. "-" .. bank
  if route.targetPath then
    ngx.var.openimis_uri = route.targetPath .. raw:sub(#route.path + 1):gsub("^/", "")
  end
end

-- A path of the application as this gateway's visitors see it.
local function outside(route, path)
  if not route.targetPath or path == route.path or path:find(route.path .. "/", 1, true) == 1 then
    return path
  end
  if path:find(route.targetPath, 1, true) == 1 then
    return route.path .. "/" .. path:sub(#route.targetPath + 1)
  end
  return path
end

local function outside_location(route, location)
  local host, path = location:match("^[hH][tT][tT][pP][sS]?://([^/?#]+)(.*)$")
  if host and host:lower() == ngx.var.openimis_host:lower() then
    location = "/" .. path:gsub("^[/\\]+", "") -- `//x/` alone would be another host
  end
  return location:find("^/[^/\\]") and outside(route, location) or location
end

local function outside_cookie(route, line, is_hidden)
  local name = line:match("^%s*([^=;%s]+)") or ""
  if is_hidden(name:lower()) then
    return nil
  end
  return (line:gsub("(;%s*[pP][aA][tT][hH]=)([^;]*)", function(attribute, path)
    return attribute .. (path == "/" and path or outside(route, path .. "/"):gsub("(.)/$", "%1"))
  end))
end

--- Header filter of an application's route.
function application.header()
  local context = ngx.ctx
  if context.own_answer then
    return sign_on.write_cookies(context)
  end
  local route = settings.routes[ngx.var.openimis_route]
  local location, set = ngx.header["Location"], cookies.answered()
  if type(location) == "string" then
    ngx.header["Location"] = outside_location(route, location)
  end
  if #set > 0 then
    local kept, is_hidden = {}, hidden_cookies(context)
    for _, line in ipairs(set) do
      kept[#kept + 1] = outside_cookie(route, line, is_hidden)
    end
    ngx.header["Set-Cookie"] = #kept > 0 and kept or nil
  end
  if context.identified and route.name ~= "front" and not ngx.header["Cache-Control"] then
    ngx.header["Cache-Control"] = "private, no-store"
  end
  sign_on.write_cookies(context)
end

return application
