-- The control socket, reachable only inside the container (command `openimis-gateway`).
local banks = require "banks"
local guessing = require "guessing"
local maintenance = require "maintenance"
local legacy_mode = require "legacy_mode"
local settings = require "settings"

local control = {}

--- GET answers the active bank (an empty line: none yet); PUT /bank/<0-7> sets it.
function control.bank()
  local index = ngx.var.uri:match("^/bank/([0-7])$")
  if ngx.req.get_method() == "PUT" and index then
    local done, problem = banks.activate(tonumber(index))
    if not done then
      ngx.status = 500
      ngx.say(problem)
      return
    end
  elseif ngx.req.get_method() ~= "GET" or ngx.var.uri ~= "/bank" then
    return ngx.exit(400)
  end
  ngx.say(banks.active() or "")
end

--- GET answers the state of the maintenance (empty: none), PUT sets it to the body, DELETE ends it.
function control.maintenance()
  local method, done, problem = ngx.req.get_method(), true, nil
  if method == "PUT" then
    ngx.req.read_body()
    done, problem = maintenance.set(ngx.req.get_body_data() or "")
  elseif method == "DELETE" then
    done, problem = maintenance.set(nil)
  elseif method ~= "GET" then
    return ngx.exit(400)
  end
  if not done then
    ngx.status = 500
    return ngx.say(problem)
  end
  ngx.print(maintenance.text() or "")
end

--- How the legacy lets the gateway know who is logged in: "shown", "typed" (1.2.0), or an empty line: nobody has logged in yet.
function control.sign_on()
  ngx.say(legacy_mode.get() or "")
end

--- The version that this worker runs, and its process id.
function control.version()
  ngx.say(settings.version)
end

--- What the failure budgets of the login stand at, as JSON.
function control.guesses()
  ngx.say(guessing.figures())
end

return control
