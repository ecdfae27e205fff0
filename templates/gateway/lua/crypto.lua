-- HMAC-SHA-256 and comparison in constant time, from the library nginx itself uses.
local ffi = require "ffi"
local base64 = require "ngx.base64"
local settings = require "settings"

ffi.cdef [[
const void *EVP_sha256(void);
void *HMAC_CTX_new(void);
int HMAC_Init_ex(void *context, const void *key, int key_size, const void *md, void *engine);
int HMAC_Update(void *context, const char *data, size_t size);
int HMAC_Final(void *context, unsigned char *out, unsigned int *out_size);
int CRYPTO_memcmp(const void *a, const void *b, size_t size);
]]

local crypto = {}
local context -- holds the key: to begin anew with it takes a fraction of the time that the key takes
local out, out_size = ffi.new("unsigned char[64]"), ffi.new("unsigned int[1]")

local function must(done)
  if done ~= 1 then
    error("HMAC failed")
  end
end

local function keyed(key)
  local made = ffi.C.HMAC_CTX_new()
  must(made ~= nil and ffi.C.HMAC_Init_ex(made, key, #key, ffi.C.EVP_sha256(), nil) or 0)
  return made
end

--- Keyed hash of `text`, base64url (43 characters). `purpose` keeps hashes of different things apart.
function crypto.hash(purpose, text)
  local data = purpose .. "\0" .. settings.server .. "\0" .. text
  context = context or keyed(settings.signing_key)
  must(ffi.C.HMAC_Init_ex(context, nil, 0, nil, nil))
  must(ffi.C.HMAC_Update(context, data, #data))
  must(ffi.C.HMAC_Final(context, out, out_size))
  return base64.encode_base64url(ffi.string(out, 32))
end

--- Are two strings equal? Takes the same time wherever they differ.
function crypto.equal(a, b)
  return #a == #b and ffi.C.CRYPTO_memcmp(a, b, #a) == 0
end

return crypto
