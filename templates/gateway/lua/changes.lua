-- One number in shared memory that is another one after every change that counts at the next request: what the legacy says of a
-- session, a sign-on that ends. What a worker worked out from these holds while the number is the same, so it need not ask
-- for each of them with each request. Who changes something calls `happened` after it; who works something out reads the
-- number before it.
local changes = {}

local shared = ngx.shared.gateway

function changes.number()
  return shared:get("changes")
end

function changes.happened()
  -- Begins with the time: should the number ever be lost, the next one is none that was there before.
  shared:incr("changes", 1, math.floor(ngx.now() * 1000))
end

return changes
