-- Reads a JSON Web Token once, strictly, and judges what it says. The signature is HAProxy's part: it is checked with an
-- algorithm and a key that are ours. What a policy asks for stands in tokens.json and rights.json, by the digest that the rules name.
--
--   http-request lua.read_token <policy>     reads txn.bearer
--   http-request lua.token_rights <rights>   asks for scopes and claims of the token that was read
--
-- Nothing allows by being absent: txn.token_subject and txn.token_allowed are set only when all holds.
local json = dofile('json.lua')

local function entries(name)
  local file = io.open(name, 'rb')
  if not file then return {} end
  local value = assert(json.read(file:read('a')))
  file:close()
  return value
end

local policies, rights = entries('tokens.json'), entries('rights.json')

local ALGORITHMS = { RS256 = true, ES256 = true }
local LATEST = 99999999999 -- in the year 5138; an int variable of HAProxy has room for more
local SUBJECT = '^[%w._:@|-]+$'
local LONGEST_SUBJECT = 60
local LARGEST_SUBJECT = 999999999999999

local function is_text(value) return type(value) == 'string' end

-- A claim that is a text or a list of texts, as a list; nil when it is something else.
local function texts(value)
  if is_text(value) then return { value, n = 1 } end
  if not json.is_array(value) then return nil end
  for index = 1, value.n do
    if not is_text(value[index]) then return nil end
  end
  return value
end

local function meet(ones, others)
  for index = 1, ones.n do
    for other = 1, others.n do
      if ones[index] == others[other] then return true end
    end
  end
  return false
end

local function scopes_of(payload)
  local found, list = {}, {}
  local function add(scope)
    -- RFC 6749, section 3.3
    if not found[scope] and not scope:find('[^\33\35-\91\93-\126]') then
      found[scope] = true
      list[#list + 1] = scope
    end
  end
  for _, name in ipairs({ 'scope', 'scp' }) do
    local value = texts(payload[name])
    for index = 1, value and value.n or 0 do
      for scope in value[index]:gmatch('[^ ]+') do add(scope) end
    end
  end
  table.sort(list)
  return found, table.concat(list, ' ')
end

-- A time of the token: absent is nil, and what is there must be one.
local function time(payload, name)
  local value = payload[name]
  if value == nil then return nil, true end
  if type(value) ~= 'number' or value < 0 or value > LATEST then return nil, false end
  return value, true
end

local function times(policy, payload)
  local now = os.time()
  local expires, good = time(payload, 'exp')
  if not good or expires == nil or expires + policy.leeway <= now then return 'expired-token' end
  for _, name in ipairs({ 'nbf', 'iat' }) do
    local from, well = time(payload, name)
    if not well or (from ~= nil and from - now > policy.leeway) then
      return name == 'nbf' and 'early-token' or 'future-token'
    end
  end
end

-- Who calls, with a mark of its type: the text 7 and the number 7 are two callers.
local function subject(value)
  if is_text(value) and #value <= LONGEST_SUBJECT and value:find(SUBJECT) then return value end
  if math.type(value) == 'integer' and value >= 0 and value <= LARGEST_SUBJECT then return '#' .. value end
end

local function why_not(policy, payload)
  local issuer = policy.issuer or os.getenv('USER_POOL_ISSUER')
  if not is_text(payload.iss) or payload.iss ~= issuer then return 'wrong-issuer' end
  if policy.use and payload.token_use ~= policy.use then return 'wrong-use' end
  local late = times(policy, payload)
  if late then return late end
  local audience = texts(payload.aud)
  if payload.aud ~= nil and not audience then return 'wrong-audience' end
  if policy.audience and not (audience and meet(audience, policy.audience)) then return 'wrong-audience' end
  local client = payload.client_id
  if policy.clients and not (is_text(client) and meet({ client, n = 1 }, policy.clients)) then return 'wrong-client' end
  if not subject(json.at(payload, policy.claim)) then return 'no-subject' end
end

local function part(txn, text)
  local value = json.read(txn.c:ub64dec(text))
  return json.is_object(value) and value or nil
end

core.register_action('read_token', { 'http-req' }, function(txn, id)
  local function say(name, value) txn:set_var('txn.token_' .. name, value) end
  local policy = policies[id]
  local first, second = txn:get_var('txn.bearer'):match('^([^.]+)%.([^.]+)%.')
  local header, payload = part(txn, first), part(txn, second)
  if not header or not payload then return say('reason', 'bad-token') end
  -- Whole, here: HAProxy's own comparison ends at a NUL.
  if ALGORITHMS[header.alg] then say('alg', header.alg) end
  if is_text(header.kid) and not header.kid:find('[^\33-\126]') then say('kid', header.kid) end
  local reason = header.crit ~= nil and 'critical-header' or why_not(policy, payload)
  if reason then return say('reason', reason) end
  local found, list = scopes_of(payload)
  txn:set_priv({ payload = payload, scopes = found })
  say('scopes', list)
  say('subject', policy.label .. ':' .. subject(json.at(payload, policy.claim)))
end, 1)

local function same(value, wanted)
  if json.is_array(value) then
    for index = 1, value.n do
      if value[index] == wanted and value[index] ~= json.null then return true end
    end
    return false
  end
  return value == wanted
end

local function holds(payload, one)
  local value = json.at(payload, one.names)
  for index = 1, one.values.n do
    if same(value, one.values[index]) then return true end
  end
  return false
end

local function lacks(token, wanted)
  local any = wanted.any.n == 0
  for index = 1, wanted.any.n do any = any or token.scopes[wanted.any[index]] end
  if not any then return 'scope-missing' end
  for index = 1, wanted.all.n do
    if not token.scopes[wanted.all[index]] then return 'scope-missing' end
  end
  for index = 1, wanted.claims.n do
    if not holds(token.payload, wanted.claims[index]) then return 'claim-missing' end
  end
end

core.register_action('token_rights', { 'http-req' }, function(txn, id)
  local token = txn:get_priv()
  local reason = 'claim-missing'
  if token and token.scopes then reason = lacks(token, rights[id]) end
  if reason then return txn:set_var('txn.token_lacks', reason) end
  txn:set_var('txn.token_allowed', true)
end, 1)
