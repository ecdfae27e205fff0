-- Addresses and networks (CIDR), IPv4 and IPv6, as bytes: 4 or 16 of them.
local bit = require "bit"
local ffi = require "ffi"

ffi.cdef "int inet_pton(int family, const char *text, void *address);"

local networks = {}

local inet, inet6 = 2, 10 -- AF_INET and AF_INET6 of Linux
local buffer = ffi.new("unsigned char[16]")
local mapped = ("\0"):rep(10) .. "\255\255"

-- An IPv4 address that came in the clothes of IPv6 (::ffff:192.0.2.1) is IPv4.
local function plain(bytes)
  return #bytes == 16 and bytes:sub(1, 12) == mapped and bytes:sub(13) or bytes
end

local function address(text)
  local is_six = text:find(":", 1, true) ~= nil
  if ffi.C.inet_pton(is_six and inet6 or inet, text, buffer) ~= 1 then
    return nil
  end
  return ffi.string(buffer, is_six and 16 or 4)
end

--- "10.0.0.0/8", "2001:db8::/32" or one address as a network; nil for anything else.
function networks.parse(text)
  local written, length = text:match("^([%x:.]+)(/?%d*)$")
  local bytes = written and address(written)
  if not bytes or length == "/" then
    return nil
  end
  local bits = length == "" and #bytes * 8 or tonumber(length:match("%d+"))
  return bits <= #bytes * 8 and { bytes = bytes, bits = bits } or nil
end

--- Is a client's address (`$binary_remote_addr`) in the network?
function networks.holds(network, client)
  local bytes, whole = plain(client), math.floor(network.bits / 8)
  if #bytes ~= #network.bytes or bytes:sub(1, whole) ~= network.bytes:sub(1, whole) then
    return false
  end
  local left = 8 - network.bits % 8
  return left == 8 or bit.rshift(bytes:byte(whole + 1), left) == bit.rshift(network.bytes:byte(whole + 1), left)
end

--- Who counts as one client: an IPv4 address, or the /64 that an IPv6 address is in (one household has all of it).
function networks.household(client)
  local bytes = plain(client)
  return #bytes == 16 and bytes:sub(1, 8) or bytes
end

return networks
