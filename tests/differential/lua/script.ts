/**
 * What each script begins with. `show` writes a value as text: tables with their entries sorted, since their order is not
 * promised, and without addresses. `try` runs a program under `pcall` and notes what it returns.
 */
const PRELUDE = `local out, zero = {}, 0
local function show(v, depth)
  local kind = type(v)
  if kind == "string" then return '"' .. v:gsub("[^ !#-~]", function(c) return string.format("\\\\%03d", c:byte()) end) .. '"' end
  if kind == "number" then return v ~= v and "nan" or v == 0 and "0" or string.format("%.14g", v) end
  if kind ~= "table" then return kind == "boolean" and tostring(v) or kind end
  if depth > 5 then return "{...}" end
  local entries = {}
  for k, item in next, v do entries[#entries + 1] = show(k, depth + 1) .. "=" .. show(item, depth + 1) end
  table.sort(entries)
  return "{" .. table.concat(entries, ",") .. "}"
end
-- What has an address shows its type: the address could not be taken out of a text that was reversed or cut.
local withAddress = tostring
local function tostring(...)
  local kind = type((...))
  if kind == "function" or kind == "thread" or kind == "table" and getmetatable((...)) == nil then return kind end
  return withAddress(...)
end
local function list(...)
  local shown = {}
  for i = 1, select("#", ...) do shown[i] = show((select(i, ...)), 0) end
  return table.concat(shown, " ")
end
local function syntax(loaded, why) return loaded and "loads" or why end
-- Redis's own pcall adds a result to an error that is a table.
local function outcome(ok, ...) if ok then return list(ok, ...) end return list(ok, (...)) end
local function try(f) out[#out + 1] = outcome(pcall(f)) end
`;

/** A script that runs each program and returns one text for each: what it returned, or its error. */
export function scriptOf(programs: readonly string[]): string {
  const tries = programs.map((program) => `try(function() ${program}\nend)\n`);
  return `${PRELUDE}${tries.join('')}return out`;
}

/** Addresses differ from run to run. The sign of NaN is not kept here; with a width, there is a space in its place. */
export function withoutAddresses(text: string): string {
  return text.replace(/0x[0-9a-f]{6,16}/gi, '0x').replace(/ *-?nan/gi, 'nan');
}
