-- Compares a password with a bcrypt hash by the system's libcrypt. Runs in a thread of its own (see password_check.lua),
-- so there is no `ngx` here.
local ffi = require "ffi"

ffi.cdef [[
char *crypt_r(const char *password, const char *setting, void *scratch);
int setpriority(int which, unsigned int who, int value);
]]

local password_hash = {}

local libcrypt = ffi.load("libcrypt.so.1")
-- struct crypt_data of libxcrypt and of old glibc are 32 KiB and 128 KiB.
local scratch_size = 131232
local scratch = ffi.new("char[?]", scratch_size)

--- Does `password` (without NUL) belong to the stored hash (`$2y$...`)?
function password_hash.matches(password, stored)
  ffi.C.setpriority(0, 0, 10) -- of this thread only: answering requests comes first
  ffi.fill(scratch, scratch_size)
  local result = libcrypt.crypt_r(password, stored, scratch)
  local text = result ~= nil and ffi.string(result) or ""
  ffi.fill(scratch, scratch_size)
  -- Both are hashes: where they differ tells nothing about the password.
  return text == stored
end

return password_hash
