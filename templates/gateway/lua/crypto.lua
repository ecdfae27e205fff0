-- HMAC-SHA-256 and comparison in constant time, from the library nginx itself uses.
local ffi = require "ffi"
local base64 = require "ngx.base64"
local settings = require "settings"

ffi.cdef [[
const void *EVP_sha256(void);
unsigned char *HMAC(const void *md, const void *key, int key_size, const char *data, size_t size,
                    unsigned char *out, unsigned int *out_size);
int CRYPTO_memcmp(const void *a, const void *b, size_t size);
]]

local crypto = {}
local out, out_size = ffi.new("unsigned char[64]"), ffi.new("unsigned int[1]")

--- Keyed hash of `text`, base64url (43 characters). `purpose` keeps hashes of different things apart.
function crypto.hash(purpose, text)
  local key, data = settings.signing_key, purpose .. "\0" .. settings.server .. "\0" .. text
  if ffi.C.HMAC(ffi.C.EVP_sha256(), key, #key, data, #data, out, out_size) == nil then
    error("HMAC failed")
  end
  return base64.encode_base64url(ffi.string(out, 32))
end

--- Are two strings equal? Takes the same time wherever they differ.
function crypto.equal(a, b)
  return #a == #b and ffi.C.CRYPTO_memcmp(a, b, #a) == 0
end

return crypto
