/** Long for the stages: the machine may be busy, and a right server never needs it. `npm test -- --timeout` sets it. */
const REPLY_MS = Number(process.env['REPLY_MS'] ?? 10_000);
/** Whether the server is one of the learner's, with a timeout of its own: then a group ends early. */
export const JUDGES_FOREIGN = process.env['JUDGES_FOREIGN'] !== undefined;
/** How long `until` looks, in ms. */
const UNTIL_MS = JUDGES_FOREIGN ? Math.max(2 * REPLY_MS, 3_000) : REPLY_MS;
/** How long the other side of a replication link may take: a server that looks for its primary does so once a second. */
export const PATIENCE_MS = JUDGES_FOREIGN ? 10_000 : Math.min(10_000, 2 * REPLY_MS);

/** The share of the timeout for a server that leaves commands unanswered that it does not know. */
const SHARE_FOR_SILENT = 1 / 3;

let isSilent = false;

/** How long a reply may take, in ms. */
export function replyMs(): number {
  return Math.round(isSilent ? REPLY_MS * SHARE_FOR_SILENT : REPLY_MS);
}

/** The server sends no reply to an unknown command, so many replies will never come: makes the timeout shorter. */
export function passesOverRequests(): void {
  isSilent = true;
}

/** What is left of the whole timeout after `replyMs`. */
export function graceMs(): number {
  return REPLY_MS - replyMs();
}

/** A reply, or another thing that a test waits for, did not come in time. */
export class TimeoutError extends Error {}

/** Resolves after `ms`. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What the promise resolves to, or undefined when it takes longer than `ms`. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What the promise resolves to. @throws TimeoutError when it takes longer than `ms`, naming what was awaited then */
export async function inTime<T>(ms: number, promise: Promise<T>, awaited: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(`waited ${ms / 1000} s for ${awaited()}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Repeats a look every few milliseconds until it yields something true. @throws Error after `ms`, naming what was
 * awaited.
 */
export async function until<T>(look: () => T | Promise<T>, what = 'the condition', ms = UNTIL_MS): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > deadline) throw new TimeoutError(`waited ${ms / 1000} s for ${what}`);
    await sleep(5);
  }
}
