import { boolean } from './types.ts';

const help = 'no difference: deleting a value never blocks, V8 takes back its memory later';

/** Redis frees large values in a thread where these are set. Here that is always so, and both values are right. */
export const lazyFreeOptions = {
  'lazyfree-lazy-eviction': boolean({ default: false, help }),
  'lazyfree-lazy-expire': boolean({ default: false, help }),
  'lazyfree-lazy-server-del': boolean({ default: false, help }),
  'lazyfree-lazy-user-del': boolean({ default: false, help }),
  'lazyfree-lazy-user-flush': boolean({ default: false, help }),
};
