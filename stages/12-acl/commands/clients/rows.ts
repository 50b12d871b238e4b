import type { CommandRow } from '../../router/command.ts';
import { kill } from './kill.ts';
import { info, list } from './list.ts';
import { pause, unpause } from './pause.ts';
import { noEvict, noTouch, reply } from './settings.ts';
import { caching, getredir, tracking, trackinginfo } from './tracking.ts';

/** Sub-commands of CLIENT about other connections, and about what the server sends unasked. */
export const clientRows: readonly CommandRow[] = [
  list,
  info,
  kill,
  pause,
  unpause,
  reply,
  noEvict,
  noTouch,
  tracking,
  caching,
  trackinginfo,
  getredir,
];
