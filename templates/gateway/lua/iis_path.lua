-- Paths as IIS understands them: case does not matter and one page has many spellings.
local lrucache = require "resty.lrucache"

local iis_path = {}

-- Pages come again and again; reading a path with all its encodings costs more than a request should.
local pages, longest = lrucache.new(1000), 256

-- Some conversions make a plain character of its full-width form: U+FF0F becomes a slash.
local function narrow(code)
  if code >= 0xff01 and code <= 0xff5e then
    code = code - 0xfee0
  end
  return code < 128 and string.char(code) or "?"
end

--- A path or query with its encodings undone once.
function iis_path.decoded(text)
  text = text:gsub("%%[uU](%x%x%x%x)", function(hex)
    return narrow(tonumber(hex, 16))
  end)
  return (text:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

-- What a careless reader of UTF-8 makes of bytes that are none: %c0%ae is a dot to him.
local function careless(text)
  if not text:find("[\192-\255]") then
    return text
  end
  text = text:gsub("\239\188([\129-\191])", function(last)
    return narrow(0xff00 + last:byte() - 128)
  end)
  text = text:gsub("[\192\193][\128-\191]", function(bytes)
    return string.char((bytes:byte(1) - 192) * 64 + bytes:byte(2) - 128)
  end)
  return (text:gsub("\224[\128\129][\128-\191]", function(bytes)
    return string.char((bytes:byte(2) - 128) * 64 + bytes:byte(3) - 128)
  end))
end

--- Segments of a raw path (as the client sent it), lower case: `//X/..%5cDefault.aspx.` is { "default.aspx" }.
function iis_path.segments(raw)
  local segments = {}
  local path = careless(iis_path.decoded(raw:match("^[^?#]*"))):gsub("\\", "/"):lower()
  for segment in path:gmatch("[^/]+") do
    if segment == ".." then
      segments[#segments] = nil
    elseif segment ~= "." and not segment:find("^%(.*%)$") then -- (S(...)) marks a session without cookies
      -- Windows ignores trailing dots and blanks and cuts a stream's name off. (`[%. ]+$` would take seconds for many dots.)
      local name = segment:gsub("[:;].*$", ""):match("^(.*[^%. %z])") or ""
      if name ~= "" then
        segments[#segments + 1] = name
      end
    end
  end
  return segments
end

--- A request line's path as it is, without its query.
function iis_path.without_query(raw)
  local at = raw:find("?", 1, true)
  return at and raw:sub(1, at - 1) or raw
end

local function page_of(raw, directory)
  local segments, at = iis_path.segments(raw), 1
  for name in directory:lower():gmatch("[^/]+") do
    if segments[at] ~= name then
      return nil
    end
    at = at + 1
  end
  return segments[at] or "default.aspx"
end

--- The page below the virtual directory (`/` or `/imis/`, always the same one) that a raw path leads to; what follows it is its
--- path info. The directory itself is its default page. nil: outside the directory.
function iis_path.page(raw, directory)
  local path = iis_path.without_query(raw)
  local page = pages:get(path)
  if page == nil then
    page = page_of(path, directory) or false
    if #path <= longest then
      pages:set(path, page)
    end
  end
  return page or nil
end

--- Every way to read a raw path as segments: as it is and, when encodings are encoded, decoded again and again.
function iis_path.readings(raw)
  local readings, text = { iis_path.segments(raw) }, raw:match("^[^?#]*")
  for _ = 1, 4 do
    text = iis_path.decoded(text)
    if not text:find("%%[%xuU]") then
      break
    end
    readings[#readings + 1] = iis_path.segments(text)
  end
  return readings
end

--- Is the path spelt in a way that no page needs and Windows reads as something else?
function iis_path.is_odd(raw)
  local text = iis_path.decoded(raw)
  if text:find('[%c:*<>|"]') or text:find("[\192\193]") or text:find("\224[\128-\159]") or text:find("\240[\128-\143]")
    or text:find("\239\188[\142\143\188]") or text:find("\226\136\149") or text:find("\226\129\132") then
    return true
  end
  for _, segment in ipairs(iis_path.segments(raw)) do
    local name, extension = segment:match("^([^.~]+~%d+)%.?([^.]*)$")
    if name and #name <= 8 and #extension <= 3 then
      return true -- the short name that Windows gives to a long one
    end
  end
  return false
end

--- Does any segment of the raw path name this page?
function iis_path.mentions(raw, page)
  for _, segment in ipairs(iis_path.segments(raw)) do
    if segment == page then
      return true
    end
  end
  return false
end

return iis_path
