-- Which of the eight address banks serves: one number in shared memory, and in a file for the next start.
local banks = {}

local file_name = "/var/lib/openimis/bank"
local shared = ngx.shared.gateway

function banks.load()
  local file = not shared:get("bank") and io.open(file_name, "r")
  if file then
    local index = file:read("*l")
    file:close()
    if index and index:find("^[0-7]$") then
      shared:set("bank", tonumber(index))
    end
  end
end

--- The active bank, 0-7, or nil before the first deploy.
function banks.active()
  return shared:get("bank")
end

--- Makes a bank the active one, for this and every later start. Returns true, or nil and why not.
function banks.activate(index)
  local file, problem = io.open(file_name .. ".new", "w")
  if not file then
    return nil, problem
  end
  local written = file:write(index, "\n")
  if not (file:close() and written) then
    return nil, "the bank could not be written"
  end
  local renamed, why = os.rename(file_name .. ".new", file_name)
  if not renamed then
    return nil, why
  end
  shared:set("bank", index)
  return true
end

return banks
