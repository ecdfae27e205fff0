-- Maintenance of the new side: /front, /iapi and /api answer 503 with the operator's message; the legacy and its login stay.
-- A state of the gateway, like the bank: it counts at once and in every worker, without a reload, survives restarts, needs no
-- run lock (it is wanted during a deploy), and brings nothing else of openimis.yaml into force.
local answer = require "answer"
local cjson = require "cjson.safe"

local maintenance = {}

local file_name = "/var/lib/openimis/maintenance"
local shared = ngx.shared.gateway
local retry_after = 120 -- seconds

local function is_state(state)
  return type(state) == "table" and type(state.message) == "string" and #state.message <= 8000
    and type(state.since) == "string" and type(state.by) == "string"
end

function maintenance.load()
  local file = not shared:get("maintenance") and io.open(file_name, "r")
  if file then
    local text = file:read("*a")
    file:close()
    if is_state(cjson.decode(text)) then
      shared:set("maintenance", text)
    end
  end
end

function maintenance.is_on()
  return shared:get("maintenance") ~= nil
end

--- The state as JSON text ({ message, since, by }), or nil when there is no maintenance.
function maintenance.text()
  return shared:get("maintenance")
end

--- Turns it on (JSON text of the state) or off (nil), for this and every later start. Returns true, or nil and why not.
function maintenance.set(text)
  if not text then
    local removed, problem, code = os.remove(file_name)
    if not removed and code ~= 2 then -- 2: there is none
      return nil, problem
    end
    shared:delete("maintenance")
    return true
  end
  if not is_state(cjson.decode(text)) then
    return nil, "this is no state of a maintenance"
  end
  local file, problem = io.open(file_name .. ".new", "w")
  if not file then
    return nil, problem
  end
  local written = file:write(text)
  if not (file:close() and written) then
    return nil, "the state could not be written"
  end
  local renamed, why = os.rename(file_name .. ".new", file_name)
  if not renamed then
    return nil, why
  end
  return shared:set("maintenance", text)
end

--- Ends a request of the new side while there is maintenance.
function maintenance.check()
  local text = shared:get("maintenance")
  if text then
    ngx.header["Retry-After"] = retry_after
    return answer.refuse(503, "maintenance", "Maintenance", cjson.decode(text).message)
  end
end

return maintenance
