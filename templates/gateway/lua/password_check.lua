-- A bcrypt hash takes a quarter of a second on purpose. It is computed in a thread (`thread_pool api_passwords`, one per
-- worker), so that no other request waits for it, and only a few may stand in line for that thread.
local password_check = {}

local pool = "api_passwords"
local running = 0 -- checks of this worker that run or stand in line; the pool has ten Lua machines
local line = { stranger = 4, known = 8 } -- who was right before still finds a place when strangers fill theirs
local patience = { stranger = 2, known = 10 } -- seconds

local function long_sleep()
  ngx.sleep(60)
end

local function computed(password, stored)
  running = running + 1
  -- A worker that should end looks only for timers, not for threads: without one it would cut this answer off.
  local timer = ngx.thread.spawn(long_sleep)
  local done, matches = ngx.run_worker_thread(pool, "password_hash", "matches", password, stored)
  ngx.thread.kill(timer)
  running = running - 1
  if not done then
    ngx.log(ngx.ERR, "a password could not be compared: ", matches)
    return nil
  end
  return matches
end

--- Does the password belong to the hash? `who` is "stranger" or "known". Returns nil when too many stand in line.
function password_check.matches(password, stored, who)
  local ends = ngx.now() + patience[who]
  while running >= line[who] do
    if ngx.now() >= ends then
      return nil
    end
    ngx.sleep(0.02)
  end
  return computed(password, stored)
end

return password_check
