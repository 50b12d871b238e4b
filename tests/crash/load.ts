import { ReplyError } from '#shared/resp/reply.ts';
import type { Rng } from '../harness/rng.ts';
import { openConnection, type Connection } from './connection.ts';
import { loadLibrary, SCRIPTS_SINCE } from './scripted.ts';
import type { State } from './value.ts';
import { acknowledge, createWorkload, type Unit } from './workload.ts';

/** What one connection has written since its server was started, and how much of it was acknowledged. */
export interface History {
  readonly name: string;
  /** The connection's keys when it began. */
  readonly base: State;
  /** Everything sent, in order. */
  readonly units: Unit[];
  /** How many of them were acknowledged: always the first ones. */
  acked: number;
}

/** Several connections that write as fast as they are answered. */
export interface Load {
  readonly histories: readonly History[];
  /** Replies that were not what the commands must get. */
  readonly problems: readonly string[];
  /** Whether the server had the library of functions that the load calls, from a load before this one. */
  readonly hadLibrary: boolean;
  /** Sends nothing more, and waits for the replies to all that was sent, or for the server's end. */
  stop(): Promise<void>;
  /** Resolves when the server has closed all connections. */
  readonly closed: Promise<void>;
}

/** Requests that wait for their replies, for each connection: two go one by one, the others in pipelines. */
const WINDOWS = [1, 1, 8, 32, 100];

/** The names of the connections, and so of their keys. */
export const NAMES: readonly string[] = WINDOWS.map((_, at) => `c${at + 1}`);

/**
 * Opens the connections and begins to write.
 * @param bases each connection's keys, as they are on the server
 * @param sent how many units each has sent in its life
 * @param stage the number of the oldest stage: commands that it does not know are left out
 */
export async function startLoad(
  port: number,
  rng: Rng,
  bases: readonly State[],
  sent: number[],
  stage: string,
): Promise<Load> {
  const problems: string[] = [];
  let stopped = false;
  const hadLibrary = stage >= SCRIPTS_SINCE && (await loadLibrary(port));
  const writers = await Promise.all(
    WINDOWS.map(async (window, at) => {
      const history: History = { name: NAMES[at]!, base: bases[at]!, units: [], acked: 0 };
      const workload = createWorkload(history.name, rng, new Map(history.base), sent[at]!, stage);
      const fail = (problem: string) => {
        problems.push(`${history.name}: ${problem}`);
        stopped = true;
      };
      let idle = () => {};
      const drained = new Promise<void>((resolve) => (idle = resolve));
      let pending = 0;
      const refill = () => {
        // Half a window at a time, so that a pipeline reaches the server in one read.
        if (pending > window / 2) return;
        if (stopped) return pending === 0 ? idle() : undefined;
        let wire = '';
        for (; pending < window; pending++) {
          const unit = workload.next();
          sent[at] = unit.number;
          history.units.push(unit);
          wire += unit.wire;
        }
        connection.write(wire);
      };
      let missing = 0;
      const connection: Connection = await openConnection(port, (reply) => {
        const unit = history.units[history.acked];
        if (unit === undefined) return fail('a reply to nothing');
        missing = (missing === 0 ? unit.replies : missing) - 1;
        if (reply instanceof ReplyError) return fail(`unit ${unit.number}: ${reply.message}`);
        if (missing > 0) return;
        const problem = acknowledge(unit, reply, performance.now());
        if (problem !== null) return fail(problem);
        history.acked++;
        pending--;
        refill();
      });
      return { history, connection, refill, drained };
    }),
  );
  for (const { refill } of writers) refill();
  const closed = Promise.all(writers.map(({ connection }) => connection.closed)).then(() => {});
  return {
    histories: writers.map(({ history }) => history),
    problems,
    hadLibrary,
    closed,
    async stop() {
      stopped = true;
      for (const { refill } of writers) refill();
      await Promise.race([Promise.all(writers.map(({ drained }) => drained)), closed]);
      for (const { connection } of writers) connection.close();
    },
  };
}
