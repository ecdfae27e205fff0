-- Who a request to the new backend for programs is, and which of its areas are open.
local answer = require "answer"
local api_users = require "api_users"
local foreign = require "foreign"
local visitor = require "visitor"

local api_access = {}

-- Areas of a backend that are opened by name only: GraphQL reaches everything, and Django's own pages change anything.
function api_access.area(route, path)
  local below = path:sub(#route.path + 1):lower()
  for _, area in ipairs { "/graphql", "/admin" } do
    if below:sub(1, #area) == area and not below:find("^[%w_-]", #area + 1) then
      return area
    end
  end
end

local function api_user(route, area)
  local user = api_users.user()
  if not api_users.may(user, route, ngx.var.uri, area and route.path .. area) then
    return answer.refuse(403, "api-path", "Not allowed", "This API user may not use this path.")
  end
  return user.as
end

--- The identity for the backend, and whether the legacy said it; nil: the application decides.
-- /api has three doors. Credentials of the application's own (`Authorization`) pass as they are where it checks them itself,
-- and then nothing else says who it is. A signed-on browser without any is who the legacy says. The rest are API users.
function api_access.identity(route, area)
  if route.signedOn and not ngx.var.http_authorization then
    local user = visitor.user_if_any()
    if user then
      foreign.refuse()
      return user, true
    end
  end
  return route.access == "basic" and api_user(route, area) or nil, false
end

return api_access
