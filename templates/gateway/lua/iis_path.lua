-- Paths as IIS understands them: case does not matter and one page has many spellings.
local iis_path = {}

local function decoded(path)
  path = path:gsub("%%[uU](%x%x%x%x)", function(hex)
    local code = tonumber(hex, 16)
    return code < 128 and string.char(code) or "?"
  end)
  return (path:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

--- Segments of a raw path (as the client sent it), lower case: `//X/..%5cDefault.aspx.` is { "default.aspx" }.
function iis_path.segments(raw)
  local segments = {}
  local path = decoded(raw:match("^[^?#]*")):gsub("\\", "/"):lower()
  for segment in path:gmatch("[^/]+") do
    if segment == ".." then
      segments[#segments] = nil
    elseif segment ~= "." and not segment:find("^%(.*%)$") then -- (S(...)) marks a session without cookies
      -- Windows ignores trailing dots and blanks and cuts a stream's name off. (`[%. ]+$` would take seconds for many dots.)
      local name = segment:gsub(":.*$", ""):match("^(.*[^%. %z])") or ""
      if name ~= "" then
        segments[#segments + 1] = name
      end
    end
  end
  return segments
end

--- The page below the virtual directory (`/` or `/imis/`) that a raw path leads to; what follows it is its path info.
--- The directory itself is its default page. nil: outside the directory.
function iis_path.page(raw, directory)
  local segments, at = iis_path.segments(raw), 1
  for name in directory:lower():gmatch("[^/]+") do
    if segments[at] ~= name then
      return nil
    end
    at = at + 1
  end
  return segments[at] or "default.aspx"
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
