-- Headers that an answer's Connection names are for the gateway alone (RFC 9110, section 7.6.1).

-- No answer may hide from the gateway what it decides by, nor how long it is.
local KEPT = {}
for name in ([[
  connection cache-control cdn-cache-control expires age date vary set-cookie pragma etag last-modified location
  content-length transfer-encoding content-type content-encoding content-range www-authenticate
]]):gmatch('%S+') do KEPT[name] = true end

core.register_action('drop_named', { 'http-res' }, function(txn)
  local lines = txn.http:res_get_headers().connection or {}
  for at = 0, 63 do
    for name in (lines[at] or ''):gmatch('[^%s,]+') do
      name = name:lower()
      if not KEPT[name] and not name:find('^x%-gateway%-') then txn.http:res_del_header(name) end
    end
  end
end)
