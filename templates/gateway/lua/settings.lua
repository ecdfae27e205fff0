-- What this server is (data.json, written by `openimis`) and its secrets. Read once, before the workers start.
-- A missing or broken file stops nginx here, so a bad version never becomes the running one.
local cjson = require "cjson.safe"

local secrets_folder = "/etc/openimis/secrets/"
local settings = {}

local function read(path)
  local file = io.open(path, "rb")
  if not file then
    return nil
  end
  local text = file:read("*a")
  file:close()
  return text
end

local function secret(name, pattern)
  local text = (read(secrets_folder .. name) or ""):gsub("%s+$", "")
  if not text:find(pattern) then
    error("openimis: " .. secrets_folder .. name .. " is missing or not usable", 0)
  end
  return text
end

-- The folder's name is the version's name: versions/<name>, reached through a symlink.
local function version_name()
  local ffi = require "ffi"
  ffi.cdef "long readlink(const char *path, char *buffer, size_t size);"
  local buffer = ffi.new("char[4096]")
  local size = tonumber(ffi.C.readlink((ngx.config.prefix():gsub("/+$", "")), buffer, 4096))
  return size > 0 and ffi.string(buffer, size):match("[^/]+$") or "?"
end

function settings.load()
  local text = read(ngx.config.prefix() .. "data.json")
  local data = text and cjson.decode(text)
  if type(data) ~= "table" or data.schema ~= 1 then
    error("openimis: data.json is missing or not of this gateway", 0)
  end
  for key, value in pairs(data) do
    settings[key] = value
  end
  settings.version = version_name()
  settings.page = read(ngx.config.prefix() .. "pages/page.html") or error("openimis: pages/page.html is missing", 0)
  settings.identity_header = "X-Openimis-" .. secret("identity-header", "^[0-9A-F]+$")
  settings.signing_key = secret("signing-key", "^" .. ("%S"):rep(32))
  settings.api_users = read(secrets_folder .. "htpasswd") or ""
end

return settings
