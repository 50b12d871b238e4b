import { openLibraries } from '#shared/lua/lib/open.ts';
import { LuaState } from '#shared/lua/state.ts';

/**
 * Runs the script in ARGV[1], and shows its results or its error as text: a script that the judge and real Redis run alike.
 */
export const SHOW = `
local function show(value)
  if type(value) == 'string' then return '"' .. value .. '"' end
  if type(value) == 'table' or type(value) == 'function' or type(value) == 'thread' then return type(value) end
  return tostring(value)
end
local chunk, problem = loadstring(ARGV[1], '@user_script')
if not chunk then return 'does not compile: ' .. problem end
local results = { pcall(chunk) }
local shown = {}
for i = 2, table.maxn(results) do shown[#shown + 1] = show(results[i]) end
return (results[1] and '' or 'error: ') .. table.concat(shown, ' ')`;

/** What a script gives here, as SHOW\` shows it. */
export function outcomeOf(source: string, form: 'plain' | 'pausable' = 'plain'): string {
  let pauses = 0;
  // in the pausable form it pauses at every chance
  const state = new LuaState(form === 'plain' ? {} : { stepsPerCheck: 1, check: (canPause) => canPause && ++pauses > 0 });
  openLibraries(state);
  const argv = state.load(`return { ... }`, '=argv').call([source])[0];
  state.globals.set('ARGV', argv);
  const show = state.load(SHOW, '=show');
  if (form === 'plain') return String(state.run(show, [])[0]);
  const run = state.begin(show, []);
  for (;;) {
    const results = run.advance();
    if (results !== undefined) return String(results[0]);
  }
}
