import { log } from '#shared/log.ts';
import type { Site } from '#shared/lua/site.ts';
import type { LuaState } from '#shared/lua/state.ts';
import { LuaStop } from '#shared/lua/value.ts';
import type { Running } from './redis-table.ts';
import type { ScriptRun } from './script-run.ts';

/** Ends a script that will be run again in a form that can pause, so that other clients get replies. */
export class BeginAnew extends LuaStop {}

/** Ends a script for good. */
export class ScriptKilled extends LuaStop {
  /** Where it was. */
  readonly site: Site | undefined;

  constructor(site: Site | undefined) {
    super('Script killed by user with SCRIPT KILL...');
    this.site = site;
  }
}

/** Ends the loading of a library. */
export class LoadTimeout extends LuaStop {}

/**
 * Called every so many steps of Lua (Redis: `luaMaskCountHook`, `luaEngineLoadHook`). @returns whether the script shall
 * pause, if it can. @throws LuaStop
 */
export function checkLimits({ run, loadUntil }: Running, canPause: boolean): boolean {
  if (run !== undefined) return checkRun(run, canPause);
  if (loadUntil !== undefined && performance.now() > loadUntil) throw new LoadTimeout('FUNCTION LOAD timeout');
  return false;
}

/** Redis: `scriptInterrupt`. */
function checkRun(run: ScriptRun, canPause: boolean): boolean {
  if (run.killed) throw new ScriptKilled(siteIn(run.state));
  const now = performance.now();
  if (run.sliceEnd !== undefined) return canPause && now >= run.sliceEnd;
  const threshold = run.server.options['busy-reply-threshold'];
  if (run.slow || threshold === 0 || now - run.startedAt < threshold) return false;
  run.slow = true;
  log.warning(`Slow script detected: still in execution after ${Math.floor(now - run.startedAt)} milliseconds. ${advice(run)}`);
  if (mayBeginAnew(run)) throw new BeginAnew('begun anew');
  return false;
}

function advice(run: ScriptRun): string {
  if (!mayBeginAnew(run)) return 'It has written, or is part of something larger: nobody is served before it ends.';
  return `You can try killing the script using the ${run.facts.isFunction ? 'FUNCTION KILL' : 'SCRIPT KILL'} command.`;
}

/** Nobody has noticed the script yet, and nothing but its client waits for its end. */
function mayBeginAnew({ hasActed, caller, server }: ScriptRun): boolean {
  if (hasActed || server.loading !== undefined || caller.transaction?.executing) return false;
  return caller.socket !== undefined && caller.type !== 'primary';
}

function siteIn({ thread }: LuaState): Site | undefined {
  return thread.sites[thread.depth]?.[thread.at[thread.depth] ?? 0];
}
