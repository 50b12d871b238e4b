import { boolean } from './types.ts';

/** Node cannot put itself in the background: `yes` stops the start, and `no` is what redis.conf may say. */
export const daemonize = boolean({
  default: false,
  immutable: true,
  help: 'no: the server stays in the foreground',
  accept(value) {
    if (value) throw new Error(REFUSED);
  },
});

const REFUSED = "this server stays in the foreground: use 'daemonize no', and let systemd or a container run it";
