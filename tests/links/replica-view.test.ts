import { expect, test } from 'vitest';
import type { Dataset } from '../interop/read-dataset.ts';
import { replicaView } from './replica-view.ts';

test('a replica may hold 0 where its primary holds the score -0, and nothing else', () => {
  const holding = (score: string): Dataset => {
    const state = { type: 'zset', value: [['member', score]], expireAt: null };
    return new Map([[0, new Map([['key', state]])]]);
  };
  expect(replicaView(holding('-0'))).toEqual(replicaView(holding('0')));
  expect(replicaView(holding('-1'))).not.toEqual(replicaView(holding('1')));
});
