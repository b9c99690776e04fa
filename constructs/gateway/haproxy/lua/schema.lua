-- Checks what was read against a schema that the environment's reading has made ready: `nodes` that name each other by
-- number, and `machines`, which read a text once and never go back. Each value meets one node, so a body takes as long
-- as it is large, whatever it says.
local formats = dofile('formats.lua')

local byte, find, gsub = string.byte, string.find, string.gsub
local concat, sort = table.concat, table.sort

-- With the reader whose values are checked.
return function(json)
  local schema = {}

  -- Tells one value from each other: equal values have one key. A text never begins with the byte 255.
  local whole
  local function key(value, known)
    if type(value) ~= 'table' or value == json.null then return value end
    local text = known[value]
    if not text then
      text = whole(value, known)
      known[value] = text
    end
    return text
  end

  local function part(value, known)
    if type(value) == 'string' then return #value .. '"' .. value end
    if type(value) == 'number' then
      local exact = math.tointeger(value)
      return exact and exact .. ';' or ('%.17g;'):format(value)
    end
    if type(value) == 'boolean' then return value and 't' or 'f' end
    return value == json.null and 'n' or key(value, known)
  end

  function whole(value, known)
    local parts = {}
    if json.is_array(value) then
      for index = 1, value.n do parts[index] = part(value[index], known) end
      return '\255[' .. concat(parts) .. ']'
    end
    local names = {}
    for name in pairs(value) do names[#names + 1] = name end
    sort(names)
    for index, name in ipairs(names) do parts[index] = #name .. '"' .. name .. part(value[name], known) end
    return '\255{' .. concat(parts) .. '}'
  end

  local function set(list)
    local all, known = {}, {}
    for index = 1, list.n do all[key(list[index], known)] = true end
    return all
  end

  local function matches(machine, text)
    if find(text, '[\128-\255]') then
      -- U+2028 and U+2029 end lines, too.
      text = gsub(gsub(text, '\xE2\x80[\xA8\xA9]', '\n'), '[\xC2-\xF4][\x80-\xBF]+', '\26')
    end
    local columns, next, state = machine.columns, machine.next, 0
    for index = 1, #text do
      state = next[state + columns[byte(text, index) + 1]]
      if state < 0 then return state == -2 end
    end
    return machine.ends[state] == true
  end

  -- Each returns the keyword that does not hold, and after it the steps that lead there, the last one first.
  local function number_fault(_, node, value)
    if node.minimum and value < node.minimum then return 'minimum' end
    if node.maximum and value > node.maximum then return 'maximum' end
    if node.exclusiveMinimum and value <= node.exclusiveMinimum then return 'exclusiveMinimum' end
    if node.exclusiveMaximum and value >= node.exclusiveMaximum then return 'exclusiveMaximum' end
    if node.multipleOf and math.fmod(value, node.multipleOf) ~= 0 then return 'multipleOf' end
  end

  local function string_fault(made, node, value)
    local bytes = #value
    -- Characters are never more than bytes, and at least a fourth of them.
    if node.maxLength and bytes > node.maxLength and utf8.len(value) > node.maxLength then return 'maxLength' end
    if node.minLength and bytes < 4 * node.minLength and utf8.len(value) < node.minLength then return 'minLength' end
    if node.format and not formats[node.format](value) then return 'format' end
    if node.pattern and not matches(made.machines[node.pattern], value) then return 'pattern' end
  end

  local check

  local function array_fault(made, node, value, known)
    if node.minItems and value.n < node.minItems then return 'minItems' end
    if node.maxItems and value.n > node.maxItems then return 'maxItems' end
    if node.items then
      for index = 1, value.n do
        local fault, steps = check(made, node.items, value[index], known)
        if fault then
          steps[#steps + 1] = index - 1
          return fault, steps
        end
      end
    end
    if not node.uniqueItems or value.n < 2 then return end
    local seen = {}
    for index = 1, value.n do
      local one = key(value[index], known)
      if seen[one] then return 'uniqueItems', { index - 1 } end
      seen[one] = true
    end
  end

  -- Members that no property names. A table has no order: of several faults that of the least name is told.
  local function others_fault(made, node, value, known)
    local properties, least, fault, steps = node.properties or {}, nil, nil, nil
    for name, one in pairs(value) do
      if properties[name] == nil and (least == nil or name < least) then
        local why, where = check(made, node.additionalProperties, one, known)
        if why then least, fault, steps = name, why, where end
      end
    end
    if fault then steps[#steps + 1] = least end
    return fault, steps
  end

  local function object_fault(made, node, value, known)
    if node.required then
      for index = 1, node.required.n do
        local name = node.required[index]
        if value[name] == nil then return 'required', { name } end
      end
    end
    if node.minProperties or node.maxProperties then
      local count = 0
      for _ in pairs(value) do count = count + 1 end
      if node.minProperties and count < node.minProperties then return 'minProperties' end
      if node.maxProperties and count > node.maxProperties then return 'maxProperties' end
    end
    for _, name in ipairs(node.names) do
      if value[name] ~= nil then
        local fault, steps = check(made, node.properties[name], value[name], known)
        if fault then
          steps[#steps + 1] = name
          return fault, steps
        end
      end
    end
    if node.additionalProperties then return others_fault(made, node, value, known) end
  end

  -- What is asked of values of a kind, if anything is.
  local asked = {
    number = { number_fault, 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf' },
    string = { string_fault, 'minLength', 'maxLength', 'format', 'pattern' },
    array = { array_fault, 'minItems', 'maxItems', 'items', 'uniqueItems' },
    object = { object_fault, 'minProperties', 'maxProperties', 'required', 'properties', 'additionalProperties' },
  }

  local function prepare_node(node)
    for _, name in ipairs({ 'type', 'enum', 'const' }) do
      if node[name] then node[name] = set(node[name]) end
    end
    node.names = {}
    for name in pairs(node.properties or {}) do node.names[#node.names + 1] = name end
    sort(node.names)
    node.faults = {}
    for kind, keywords in pairs(asked) do
      for index = 2, #keywords do
        if node[keywords[index]] ~= nil then node.faults[kind] = keywords[1] end
      end
    end
  end

  -- Lists become sets, once, when the program is loaded.
  function schema.prepare(made)
    for index = 1, made.nodes.n do prepare_node(made.nodes[index]) end
    for index = 1, made.machines.n do made.machines[index].ends = set(made.machines[index].ends) end
    return made
  end

  function check(made, number, value, known)
    local node = made.nodes[number]
    if node.never then return node.never, {} end
    local kind = type(value)
    if kind == 'table' then
      kind = value == json.null and 'null' or getmetatable(value) == json.array and 'array' or 'object'
    end
    local types = node.type
    if types and not types[kind] and not (kind == 'number' and types.integer and value % 1 == 0) then
      return 'type', {}
    end
    if node.enum and not node.enum[key(value, known)] then return 'enum', {} end
    if node.const and not node.const[key(value, known)] then return 'const', {} end
    local fault_of = node.faults[kind]
    if not fault_of then return end
    local fault, steps = fault_of(made, node, value, known)
    if fault then return fault, steps or {} end
  end

  -- What does not hold, or nil; and where, as steps from the inside to the outside.
  function schema.fault(made, value)
    return check(made, 1, value, {})
  end

  return schema
end
