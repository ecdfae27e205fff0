-- A request through one of this nginx's own internal servers: they do TLS, names, addresses and decompression.
-- (Timers have no subrequests, and Debian packages no HTTP client for Lua.)
local internal_request = {}

local longest = 1048576 -- bytes of an answer that are read

local function lines(headers)
  local text = {}
  for name, value in pairs(headers or {}) do
    for _, one in ipairs(type(value) == "table" and value or { value }) do
      text[#text + 1] = name .. ": " .. tostring(one) .. "\r\n"
    end
  end
  return table.concat(text)
end

local function parse(text)
  local head, body = text:match("^(HTTP/1%.%d %d%d%d.-\r\n)\r\n(.*)$")
  if not head then
    return nil
  end
  local length = tonumber(head:lower():match("\r\ncontent%-length: *(%d+)"))
  if length and #body < length then
    return nil -- cut short: what is left of a name may read like another one
  end
  local headers = {}
  for name, value in head:gmatch("\n([^:\r\n]+): *([^\r\n]*)") do
    headers[#headers + 1] = { name = name, value = value }
  end
  return { status = tonumber(head:match("^HTTP/1%.%d (%d%d%d)")), headers = headers, body = body }
end

--- One value of an answer's header, or nil.
function internal_request.header(answer, name)
  for _, header in ipairs(answer.headers) do
    if header.name:lower() == name then
      return header.value
    end
  end
end

local function receive(socket, ends)
  local parts, size = {}, 0
  while true do
    local left = (ends - ngx.now()) * 1000
    if left <= 0 or size > longest then
      return nil
    end
    socket:settimeout(left)
    local data, problem = socket:receiveany(65536)
    if data then
      parts[#parts + 1] = data
      size = size + #data
    elseif problem == "closed" then
      return table.concat(parts)
    else
      return nil
    end
    ngx.update_time()
  end
end

--- Asks `asked.socket` (a name below /run/openimis): method, path, headers (a table), body. Waits `asked.patience` seconds
--- for the whole answer. Returns { status, headers, body }, or nil when there was none in time.
function internal_request.ask(asked)
  local ends = ngx.now() + asked.patience
  local socket = ngx.socket.tcp()
  socket:settimeout(500)
  if not socket:connect("unix:/run/openimis/" .. asked.socket .. ".sock") then
    return nil
  end
  socket:settimeout(asked.patience * 1000)
  local body = asked.body
  local sent = socket:send {
    asked.method or "GET", " ", asked.path, " HTTP/1.0\r\n", lines(asked.headers),
    body and "Content-Length: " .. #body .. "\r\n" or "", "\r\n", body or "",
  }
  local text = sent and receive(socket, ends)
  socket:close()
  return text and parse(text)
end

return internal_request
