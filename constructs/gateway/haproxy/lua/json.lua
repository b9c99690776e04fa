-- JSON as RFC 8259 has it, and nothing else: what two readers could take for different things is refused. Stricter than
-- the standard demands: a name stands once in an object, every \u surrogate has its other half, a number is finite.
--
-- Integers of up to 64 bits stay exact. Objects and arrays are tables with a metatable that tells which they are;
-- an array's length is its field n.
local json = { null = {}, object = {}, array = {} }

local byte, find, sub = string.byte, string.find, string.sub
local concat, codepoint = table.concat, utf8.char

local DEEPEST = 32
local LARGEST = math.huge

local escapes = {
  ['"'] = '"', ['\\'] = '\\', ['/'] = '/',
  b = '\b', f = '\f', n = '\n', r = '\r', t = '\t',
}

local function refuse(why, at)
  error({ why = why, at = at }, 0)
end

local function hex(text, at)
  local _, stop, digits = find(text, '^(%x%x%x%x)', at)
  if not stop then refuse('escape', at) end
  return tonumber(digits, 16), stop + 1
end

-- What stands behind `\u`, and where it goes on.
local function unicode(text, at)
  local unit, after = hex(text, at)
  if unit >= 0xDC00 and unit <= 0xDFFF then refuse('surrogate', at) end
  if unit < 0xD800 or unit > 0xDBFF then return codepoint(unit), after end
  if sub(text, after, after + 1) ~= '\\u' then refuse('surrogate', at) end
  local low, stop = hex(text, after + 2)
  if low < 0xDC00 or low > 0xDFFF then refuse('surrogate', at) end
  return codepoint(0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00)), stop
end

-- A string, from behind its first quote.
local function text_at(text, from)
  local pieces, count = nil, 0
  while true do
    local stop = find(text, '[\0-\31"\\]', from)
    if not stop then refuse('string', from) end
    local what = byte(text, stop)
    if what == 34 and not pieces then return sub(text, from, stop - 1), stop + 1 end
    if what ~= 34 and what ~= 92 then refuse('control character', stop) end
    pieces = pieces or {}
    count = count + 1
    pieces[count] = sub(text, from, stop - 1)
    if what == 34 then return concat(pieces, '', 1, count), stop + 1 end
    local letter = sub(text, stop + 1, stop + 1)
    count = count + 1
    if letter == 'u' then
      pieces[count], from = unicode(text, stop + 2)
    else
      pieces[count] = escapes[letter] or refuse('escape', stop)
      from = stop + 2
    end
  end
end

local function number_at(text, from)
  local _, stop = find(text, '^-?%d+', from)
  if not stop then refuse('number', from) end
  local first = byte(text, from) == 45 and from + 1 or from
  if stop > first and byte(text, first) == 48 then refuse('number', from) end
  local sign = byte(text, stop + 1)
  if sign == 46 then
    _, stop = find(text, '^%.%d+', stop + 1)
    if not stop then refuse('number', from) end
    sign = byte(text, stop + 1)
  end
  if sign == 69 or sign == 101 then
    _, stop = find(text, '^[eE][+-]?%d+', stop + 1)
    if not stop then refuse('number', from) end
  end
  local value = tonumber(sub(text, from, stop))
  if value == LARGEST or value == -LARGEST then refuse('number', from) end
  return value, stop + 1
end

local function blank(text, from)
  local what = byte(text, from)
  if what and what > 32 then return from end
  return (find(text, '[^ \t\n\r]', from)) or #text + 1
end

local value_at

local function array_at(text, from, depth)
  local array, count = setmetatable({ n = 0 }, json.array), 0
  local at = blank(text, from)
  if byte(text, at) == 93 then return array, at + 1 end
  while true do
    count = count + 1
    array[count], at = value_at(text, at, depth)
    at = blank(text, at)
    local what = byte(text, at)
    if what == 93 then
      array.n = count
      return array, at + 1
    end
    if what ~= 44 then refuse('array', at) end
    at = blank(text, at + 1)
  end
end

local function object_at(text, from, depth)
  local object = setmetatable({}, json.object)
  local at = blank(text, from)
  if byte(text, at) == 125 then return object, at + 1 end
  while true do
    if byte(text, at) ~= 34 then refuse('object', at) end
    local name, behind = text_at(text, at + 1)
    if object[name] ~= nil then refuse('name twice', at) end
    at = blank(text, behind)
    if byte(text, at) ~= 58 then refuse('object', at) end
    object[name], at = value_at(text, blank(text, at + 1), depth)
    at = blank(text, at)
    local what = byte(text, at)
    if what == 125 then return object, at + 1 end
    if what ~= 44 then refuse('object', at) end
    at = blank(text, at + 1)
  end
end

local words = {
  [116] = { 'true', true },
  [102] = { 'false', false },
  [110] = { 'null', json.null },
}

function value_at(text, at, depth)
  local sign = byte(text, at)
  if sign == 34 then return text_at(text, at + 1) end
  if sign == 123 or sign == 91 then
    if depth == 0 then refuse('depth', at) end
    if sign == 123 then return object_at(text, at + 1, depth - 1) end
    return array_at(text, at + 1, depth - 1)
  end
  local word = words[sign]
  if not word then return number_at(text, at) end
  local stop = at + #word[1]
  if sub(text, at, stop - 1) ~= word[1] then refuse('word', at) end
  return word[2], stop
end

local function whole(text)
  -- Lua 5.3 lets encoded surrogates pass.
  if not utf8.len(text) or find(text, '\xED[\xA0-\xBF]') then refuse('UTF-8', 1) end
  local value, behind = value_at(text, blank(text, 1), DEEPEST)
  local rest = blank(text, behind)
  if rest <= #text then refuse('text behind the end', rest) end
  return value
end

-- The value of a text; or nil, what is wrong with it, in a word or two, and at which byte.
function json.read(text)
  local good, value = pcall(whole, text)
  if good then return value end
  if type(value) ~= 'table' then return nil, 'text', 1 end
  return nil, value.why, value.at
end

function json.is_object(value) return getmetatable(value) == json.object end
function json.is_array(value) return getmetatable(value) == json.array end

-- What a path of names leads to; nil where it ends before.
function json.at(value, names)
  for index = 1, names.n do
    if not json.is_object(value) then return nil end
    value = value[names[index]]
  end
  return value
end

return json
