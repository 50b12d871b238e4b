import { describe, expect, test } from 'vitest';
import { PROPAGATE_AOF, PROPAGATE_REPL, Propagation } from '../../stages/07-aof/router/propagate.ts';
import type { Request } from '../../stages/07-aof/router/request.ts';

interface Did {
  /** Whether the command's row says that it writes. */
  write?: boolean;
  changed?: boolean;
  /** What it said by `propagateAs`. */
  effects?: string[][];
}

/** Runs a command: what it does itself, then its end. */
function run(propagation: Propagation, words: string, did: Did, body = () => {}): void {
  const isWrite = did.write === true;
  propagation.begin();
  body();
  const request = { client: { db: 3 }, command: { isWrite }, args: words.split(' '), effects: did.effects };
  propagation.end(request as unknown as Request, did.changed === true);
}

/** A target of each kind, and what each was given. */
function targets(propagation: Propagation): { log: string[]; stream: string[] } {
  const [log, stream]: [string[], string[]] = [[], []];
  const target = (takes: number, given: string[]) => ({
    takes,
    feed: (db: number, command: readonly string[]) => void given.push(`${db}: ${command.join(' ')}`),
  });
  propagation.add(target(PROPAGATE_AOF, log));
  propagation.add(target(PROPAGATE_REPL, stream));
  return { log, stream };
}

describe('what is propagated', () => {
  test('a write that changed something, as typed', () => {
    const propagation = new Propagation();
    const { log, stream } = targets(propagation);
    run(propagation, 'SET k v', { write: true, changed: true });
    run(propagation, 'SET k v NX', { write: true });
    run(propagation, 'DEBUG RELOAD', { changed: true });
    expect(log).toEqual(['3: SET k v']);
    expect(stream).toEqual(log);
  });

  test('what a command says that it did, whether it is a write or not', () => {
    const propagation = new Propagation();
    const { log, stream } = targets(propagation);
    run(propagation, 'SPOP s', { write: true, changed: true, effects: [['SREM', 's', 'a']] });
    run(propagation, 'SPOP s', { write: true, changed: true, effects: [] });
    run(propagation, 'EVICT', { effects: [['DEL', 'k']] });
    expect(log).toEqual(['3: SREM s a', '3: DEL k']);
    expect(stream).toEqual(log);
  });

  test('an effect of its own goes to the targets that it names, at once where no command runs', () => {
    const propagation = new Propagation();
    const { log, stream } = targets(propagation);
    propagation.alsoPropagate(0, ['DEL', 'evicted']);
    propagation.alsoPropagate(0, ['PUBLISH', 'c', 'm'], PROPAGATE_REPL);
    expect(log).toEqual(['0: DEL evicted']);
    expect(stream).toEqual(['0: DEL evicted', '0: PUBLISH c m']);
  });

  test('a transaction is a unit for each target, of what that one is given', () => {
    const propagation = new Propagation();
    const { log, stream } = targets(propagation);
    const publish = () => propagation.alsoPropagate(3, ['PUBLISH', 'c', 'm'], PROPAGATE_REPL);
    run(propagation, 'EXEC', { changed: true, effects: [] }, () => {
      run(propagation, 'SET k v', { write: true, changed: true });
      run(propagation, 'PUBLISH c m', {}, publish);
    });
    expect(log).toEqual(['3: SET k v']);
    expect(stream).toEqual(['3: MULTI', '3: SET k v', '3: PUBLISH c m', '3: EXEC']);
    log.length = 0;
    run(propagation, 'EXEC', { effects: [] }, () => {
      for (let i = 0; i < 2; i++) run(propagation, 'PUBLISH c m', {}, publish);
    });
    expect(log).toEqual([]);
  });
});
