-- Redirects of the legacy: which of them lead to the legacy itself?
local settings = require "settings"

local legacy_location = {}

--- The rooted path of a redirect to the legacy itself, by path, by its name or by its address; nil for any other.
function legacy_location.path(location)
  local host, path = location:match("^[hH][tT][tT][pP][sS]?://([^/?#]+)(.*)$")
  if not host then
    return location:find("^/") and not location:find("^/[/\\]") and location or nil
  end
  local name, port = host:lower():match("^(.*):(%d*)$")
  name, port = name or host:lower(), port or ""
  local same_port = port == "" or port == "80" or port == "443" or tonumber(port) == settings.legacy.port
  for _, own in ipairs(settings.legacy.names) do
    if name == own and same_port then
      return "/" .. path:gsub("^[/\\]+", "") -- `//x/` alone would be another host
    end
  end
end

return legacy_location
