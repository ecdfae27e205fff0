-- One line per API user in the secrets file `htpasswd`, as `openimis users add` writes it:
--   name:bcrypt hash   or   name:bcrypt hash:as=LOGIN paths=/api/x/,/api/y/ from=10.0.0.0/8 expires=2027-12-31
-- A line that is not understood as a whole is nobody: a restriction must never be lost.
local networks = require "networks"

local api_user_line = {}

local readers = {
  as = function(user, value)
    user.as = ngx.unescape_uri((value:gsub("%+", "%%2B")))
    return not value:gsub("%%%x%x", ""):find("%", 1, true) and user.as:find("^[\32-\126]+$") ~= nil and #user.as <= 50
  end,
  paths = function(user, value)
    user.paths = {}
    for path in value:gmatch("[^,]+") do
      local plain = path:gsub("/+$", "")
      if not plain:find("^/[%w/._~-]+$") then
        return false
      end
      user.paths[#user.paths + 1] = plain
    end
    return #user.paths > 0
  end,
  from = function(user, value)
    user.from = {}
    for text in value:gmatch("[^,]+") do
      local network = networks.parse(text)
      if not network then
        return false
      end
      user.from[#user.from + 1] = network
    end
    return #user.from > 0
  end,
  expires = function(user, value)
    user.expires = value
    return value:find("^%d%d%d%d%-%d%d%-%d%d$") ~= nil
  end,
}

--- The API user of a line ({ name, hash, as, paths, from, expires }), or nil.
function api_user_line.parse(line)
  local name, hash, rest = line:match("^([%w._@+-][%w._@+ -]*):(%$2[aby]%$%d%d%$[./%w]+)(.*)$")
  local cost = hash and tonumber(hash:sub(5, 6))
  if not name or #name > 50 or #hash ~= 60 or cost > 14 or (rest ~= "" and rest:sub(1, 1) ~= ":") then
    return nil
  end
  local user = { name = name, hash = hash, as = name }
  local seen = {}
  for word in rest:sub(2):gmatch("%S+") do
    local key, value = word:match("^(%w+)=(.+)$")
    if not key or seen[key] or not readers[key] or not readers[key](user, value) then
      return nil
    end
    seen[key] = true
  end
  return user
end

return api_user_line
