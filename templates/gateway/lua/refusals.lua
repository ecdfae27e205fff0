-- What of the legacy is not shown to everybody: the rules of refusals.json, which is the list to read.
local answer = require "answer"
local cjson = require "cjson.safe"
local iis_path = require "iis_path"
local lrucache = require "resty.lrucache"
local settings = require "settings"
local viewer = require "viewer"

local refusals = {}

local rules = {} -- those about a path
local about_methods
local judged = lrucache.new(2000) -- paths come again: the rule that meets one, or false

-- `*` is anything, `#` a digit; with a slash the pattern begins at the site's folder, without one it is any part of the path.
local function compile(glob)
  local text = glob:lower():gsub("[%^%$%(%)%%%.%[%]%+%-%?]", "%%%0"):gsub("%*", "[^/]*"):gsub("#", "%%d")
  return { whole = glob:find("/", 1, true) ~= nil, lua = "^" .. text .. (glob:find("/$") and "" or "$") }
end

local function compiled(globs)
  local list = {}
  for index, glob in ipairs(globs or {}) do
    list[index] = compile(glob)
  end
  return list
end

local function set(list)
  local found = {}
  for _, name in ipairs(list or {}) do
    found[name] = true
  end
  return found
end

--- Reads the list; an unusable one stops nginx before it becomes the running one.
function refusals.load()
  local file = io.open(ngx.config.prefix() .. "refusals.json", "rb")
  local list = file and cjson.decode(file:read("*a"))
  if file then
    file:close()
  end
  if type(list) ~= "table" or type(list.rules) ~= "table" then
    error("openimis: refusals.json is missing or not usable", 0)
  end
  local off = set(settings.refusalsOff)
  for _, rule in ipairs(list.rules) do
    if not off[rule.name] then
      local match = rule.name == "photos" and settings.photoFolders or rule.match
      local ready = {
        name = rule.name, who = rule.who, reason = rule.reason, private = rule.private, odd = rule.odd,
        match = compiled(match), open = compiled(rule.open), closed = compiled(rule.closed),
      }
      if rule.methods then
        about_methods, ready.methods = ready, set(rule.methods)
      else
        rules[#rules + 1] = ready
      end
    end
  end
end

local function below_directory(segments)
  local at = 1
  for name in settings.legacy.path:lower():gmatch("[^/]+") do
    if segments[at] ~= name then
      return table.concat(segments, "/")
    end
    at = at + 1
  end
  return table.concat(segments, "/", at)
end

local function meets(patterns, segments, whole)
  for _, pattern in ipairs(patterns) do
    if pattern.whole then
      if whole:find(pattern.lua) or (whole .. "/"):find(pattern.lua) then
        return true
      end
    else
      for _, segment in ipairs(segments) do
        if segment:find(pattern.lua) then
          return true
        end
      end
    end
  end
  return false
end

local function applies(rule, path, readings)
  if rule.odd then
    return iis_path.is_odd(path)
  end
  for _, segments in ipairs(readings) do
    local whole = below_directory(segments)
    if meets(rule.match, segments, whole)
      and (meets(rule.closed, segments, whole) or not meets(rule.open, segments, whole)) then
      return true
    end
  end
  return false
end

local function rule_for(path)
  local known = judged:get(path)
  if known ~= nil then
    return known
  end
  local readings, found = iis_path.readings(path), false
  for _, rule in ipairs(rules) do
    if applies(rule, path, readings) then
      found = rule
      break
    end
  end
  if #path <= 256 then
    judged:set(path, found)
  end
  return found
end

-- `?f=` and one plain file name, straight at the page: nothing that could lead to another folder.
local function is_plain_file()
  local raw = ngx.var.request_uri
  return #raw <= 512 and raw:find("^/[%w/_%-]*%.[aA][sS][pP][xX]%?f=[%w_%-]+%.?[%w_%-]*$") ~= nil
end

local function refuse(rule, status, code, title, text)
  ngx.var.openimis_refused = rule.name
  return answer.refuse(status, code, title, text)
end

local function refused_altogether(rule)
  return refuse(rule, 403, "refused", "Not allowed", "This request is refused. " .. rule.reason)
end

--- Ends a request to the legacy that the list refuses.
function refusals.check()
  if about_methods and not about_methods.methods[ngx.req.get_method()] then
    return refused_altogether(about_methods)
  end
  local rule = rule_for(iis_path.without_query(ngx.var.request_uri))
  if not rule then
    return
  end
  if rule.who == "nobody" or rule.who == "signed-on-plain-file" and not is_plain_file() then
    return refused_altogether(rule)
  end
  local state = viewer.state()
  if state == "unknown" then
    return refuse(rule, 503, "sign-on-unknown", "Please try again",
      "The existing openIMIS cannot be asked just now who you are. Please try again in a minute.")
  elseif state ~= "user" then
    return refuse(rule, rule.who == "signed-on" and 401 or 403, "not-signed-on", "Not signed on",
      "Please log in to openIMIS first. " .. rule.reason)
  end
  ngx.ctx.private = rule.private
end

--- Header filter: what only a signed-on user may see is not kept by anybody on the way. `context`: ngx.ctx.
function refusals.header(context)
  if context.private then
    ngx.header["Cache-Control"] = "private, no-store"
  end
end

return refusals
