-- Who signed on, was refused or changed something: one JSON object a line in <volume>/<day>/gateway.jsonl.
--   audit.write("sign-on", { user = name })             from any phase of a request, or from a timer
--   audit.once(key, 3600, "api-client", { user = name }) at most once in so many seconds for this key
-- No field may hold a password, a cookie or a query. A request never waits for the disk and never fails because of it:
-- lines wait in shared memory (which survives a reload) and a timer writes them.
local cjson = require "cjson.safe"
local ffi = require "ffi"

ffi.cdef "int mkdir(const char *path, unsigned int mode);"

local audit = {}

local folder = "/var/lib/openimis-audit/"
local queue, seen = ngx.shared.audit, ngx.shared.audit_seen
local waits = 0.05 -- seconds until a line is written
local retries = 10 -- seconds until a full disk is tried again
local queued_at_most, field_at_most = 2000, 300 -- lines; bytes
local counts = 60 -- seconds until what was not written is said
local per_minute = 20 -- equal lines of one address; more are only counted
-- Bytes a day. Refusals, which an attacker can cause, leave half of it to what matters.
local refusals_a_day, a_day = 4 * 1024 * 1024, 8 * 1024 * 1024

local write_later

-- One timer at a time for each delay, in any worker.
local function schedule(delay)
  if queue:add("timer" .. delay, true, delay + 1) and not ngx.timer.at(delay, write_later, delay) then
    queue:delete("timer" .. delay) -- the next line tries again
  end
end

-- `text` at the end of today's file; true, or nil and why not.
local function append(text, is_refusal)
  local today = folder .. os.date("!%Y-%m-%d")
  ffi.C.mkdir(today, 448) -- 0700; one that is there stays
  local file, problem = io.open(today .. "/gateway.jsonl", "a")
  if not file then
    return nil, problem
  end
  if file:seek("end") + #text > (is_refusal and refusals_a_day or a_day) then
    file:close()
    queue:incr("lost", 1, 0)
    return true
  end
  file:setvbuf("full", #text + 1) -- one write: lines never mix
  local written, why = file:write(text)
  local closed, reason = file:close()
  return written and closed, why or reason
end

local function write_all()
  local line = queue:lpop("lines")
  while line do
    local kind, text = line:match("^(.)(.*)$")
    local done, problem = append(text .. "\n", kind == "r")
    if not done then
      queue:lpush("lines", line)
      ngx.log(ngx.ERR, "the audit cannot be written (it waits in memory): ", problem)
      return false
    end
    line = queue:lpop("lines")
  end
  local counted, lost = queue:get("counted") or 0, queue:get("lost") or 0
  if counted + lost > 0 and queue:add("said", true, counts - 1) then
    queue:delete("counted")
    queue:delete("lost")
    append(cjson.encode { time = audit.time(), event = "not-written", repeated = counted, lost = lost } .. "\n")
  end
  return true
end

write_later = function(premature, delay)
  queue:delete("timer" .. delay)
  -- One worker writes at a time. A worker that ends writes whatever there is: nobody may come after it.
  if not premature and not queue:add("writing", true, 10) then
    return schedule(waits)
  end
  local called, done = pcall(write_all)
  queue:delete("writing")
  if not called then
    ngx.log(ngx.ERR, "the audit cannot be written: ", done)
  elseif not done and not premature then
    schedule(retries)
  elseif not premature and (queue:get("counted") or queue:get("lost")) then
    schedule(counts)
  end
end

--- Now, as ISO 8601 in UTC with milliseconds.
function audit.time()
  local now = ngx.now()
  return os.date("!%Y-%m-%dT%H:%M:%S", now) .. string.format(".%03dZ", (now * 1000) % 1000)
end

-- Client, user, route and id of the request that runs, if one does.
local function of_request()
  local var = ngx.var
  return { client = var.remote_addr, user = var.openimis_user, route = var.openimis_route, id = var.request_id }
end

local function line_of(event, fields)
  local running, line = pcall(of_request)
  line = running and line or {}
  for name, value in pairs(fields or {}) do
    line[name] = value
  end
  for name, value in pairs(line) do
    if value == "" then
      line[name] = nil
    elseif type(value) == "string" and #value > field_at_most then
      line[name] = value:sub(1, field_at_most)
    end
  end
  line.time, line.event, line.by = audit.time(), event, "gateway"
  return line
end

--- Writes down what happened. `event` is a stable word (docs/gateway.md lists them), `fields` a table of texts and numbers.
--- Never throws and never waits.
function audit.write(event, fields)
  local made, line = pcall(line_of, event, fields)
  if not made then
    return ngx.log(ngx.ERR, "no line of the audit: ", line)
  end
  local key = table.concat({ event, line.client or "", line.user or "", line.code or "" }, "\0")
  if (seen:incr(key, 1, 0, 60) or 1) > per_minute then
    queue:incr("counted", 1, 0)
    return schedule(counts)
  end
  local text = cjson.encode(line)
  local full = (queue:llen("lines") or 0) >= queued_at_most
  if not text or full or not queue:rpush("lines", (event:find("refused", 1, true) and "r" or "e") .. text) then
    queue:incr("lost", 1, 0)
  end
  schedule(waits)
end

--- The same, at most once in `seconds` for this key.
function audit.once(key, seconds, event, fields)
  if seen:add("once\0" .. key, true, seconds) then
    audit.write(event, fields)
  end
end

--- A request that the gateway refuses: only what an honest visitor would not do.
function audit.refused(status, code)
  if status == 400 or status == 403 or status == 421 or status == 429 then
    audit.write("refused", { code = code, status = status, method = ngx.req.get_method(), path = ngx.var.uri })
  end
end

return audit
