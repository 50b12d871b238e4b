import type { Running } from './redis-table.ts';

export function checkLimits({ loadUntil }: Running, _canPause: boolean): boolean {
  if (loadUntil !== undefined && performance.now() > loadUntil) throw new Error('FUNCTION LOAD timeout');
  return false;
}
