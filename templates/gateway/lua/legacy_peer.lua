-- Where "this box" is: the engine writes host.docker.internal into /etc/hosts. Absent, only the legacy route fails.
local balancer = require "ngx.balancer"
local settings = require "settings"

local legacy_peer = {}
local address

function legacy_peer.load()
  local file = io.open("/etc/hosts", "r")
  if not file then
    return
  end
  for line in file:lines() do
    local ip, names = line:match("^%s*([%x.:]+)%s+(.*)$")
    if ip and (" " .. names .. " "):find("%shost%.docker%.internal%s") then
      address = address or ip
    end
  end
  file:close()
end

--- Does the engine say where this box is (or is the legacy elsewhere)?
function legacy_peer.is_known()
  return address ~= nil or settings.legacy.connectIs ~= "this-box"
end

function legacy_peer.choose()
  balancer.set_current_peer(address, settings.legacy.port)
end

return legacy_peer
