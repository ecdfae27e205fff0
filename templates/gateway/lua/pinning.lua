-- legacy.tls: pin. The one file that nginx trusts then is the legacy's own certificate. OpenSSL must take it although it
-- does not know its issuer, and also when it has run out: it is this certificate or none. nginx has no directive for that;
-- every check of a server's certificate in this process starts from OpenSSL's parameters named `ssl_server`.
local ffi = require "ffi"

ffi.cdef [[
void *X509_VERIFY_PARAM_new(void);
int X509_VERIFY_PARAM_set1_name(void *param, const char *name);
int X509_VERIFY_PARAM_set_flags(void *param, unsigned long flags);
int X509_VERIFY_PARAM_add0_table(void *param);
]]

local partial_chain, no_check_time = 0x80000, 0x200000
local pinning = {}

function pinning.load()
  local param = ffi.C.X509_VERIFY_PARAM_new()
  local done = param ~= nil and ffi.C.X509_VERIFY_PARAM_set1_name(param, "ssl_server") == 1
    and ffi.C.X509_VERIFY_PARAM_set_flags(param, partial_chain + no_check_time) == 1
    and ffi.C.X509_VERIFY_PARAM_add0_table(param) == 1
  if not done then
    error("openimis: the legacy's certificate cannot be pinned", 0)
  end
end

return pinning
