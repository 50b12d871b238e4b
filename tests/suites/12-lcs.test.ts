import { client, clientResp3, describe, test } from '../harness/suite.ts';

const NOT_STRINGS = 'ERR The specified keys must contain string values';
const SYNTAX = 'ERR syntax error';

describe('LCS', () => {
  test('what two strings have in common, in order and with gaps', async () => {
    const c = await client();
    await c.expect('MSET', 'a', 'ohmytext', 'b', 'mynewtext', 'n', '12345', 'm', '1x3x5').ok();
    await c.expect('LCS', 'a', 'b').bulk('mytext');
    await c.expect('LCS', 'a', 'b', 'LEN').int(6);
    await c.expect('LCS', 'n', 'm').bulk('135');
    await c.expect('LCS', 'a', 'nosuch').bulk('');
    await c.expect('LCS', 'nosuch', 'other', 'len').int(0);
    await c.expect('LCS', 'a', 'a').bulk('ohmytext');
  });

  test('IDX: where the matches are, from the last one to the first', async () => {
    const c = await client();
    await c.expect('MSET', 'a', 'ohmytext', 'b', 'mynewtext').ok();
    const [text, my] = [[[4, 7], [5, 8]], [[2, 3], [0, 1]]];
    await c.expect('LCS', 'a', 'b', 'IDX').array(['matches', [text, my], 'len', 6]);
    await c.expect('LCS', 'a', 'b', 'IDX', 'WITHMATCHLEN').array(['matches', [[...text, 4], [...my, 2]], 'len', 6]);
    await c.expect('LCS', 'a', 'b', 'MINMATCHLEN', '3', 'IDX').array(['matches', [text], 'len', 6]);
    await c.expect('LCS', 'a', 'b', 'IDX', 'MINMATCHLEN', '-5').array(['matches', [text, my], 'len', 6]);
    await c.expect('LCS', 'a', 'nosuch', 'IDX').array(['matches', [], 'len', 0]);
    await c.expect('LCS', 'a', 'b', 'MINMATCHLEN', '9').bulk('mytext');
    const c3 = await clientResp3();
    await c3.expect('LCS', 'a', 'b', 'IDX').map({ matches: [text, my], len: 6 });
  });

  test('of several ways it takes the one that Redis takes', async () => {
    const c = await client();
    await c.expect('MSET', 'a', 'abcbdab', 'b', 'bdcaba', 's', 'aab', 't', 'azaab').ok();
    await c.expect('LCS', 'a', 'b').bulk('bdab');
    await c.expect('LCS', 'b', 'a').bulk('bcba');
    await c.expect('LCS', 's', 't', 'IDX').array(['matches', [[[0, 2], [2, 4]]], 'len', 3]);
  });

  test('of strings that APPEND and SETRANGE have made, and of any bytes', async () => {
    const c = await client();
    await c.expect('APPEND', 'a', '\0\xff').int(2);
    await c.expect('APPEND', 'a', '\x80\r\n').int(5);
    await c.expect('SET', 'b', '\xff\r\0\n').ok();
    await c.expect('LCS', 'a', 'b').bulk('\xff\r\n');
  });

  test('wrong arguments', async () => {
    const c = await client();
    await c.expect('MSET', 'a', 'x', 'b', 'y').ok();
    await c.expect('RPUSH', 'l', 'x').int(1);
    await c.expect('LCS', 'a', 'l', 'nonsense').error(NOT_STRINGS);
    await c.expect('LCS', 'l', 'nosuch').error(NOT_STRINGS);
    await c.expect('LCS', 'a', 'b', 'LEN', 'IDX').error('ERR If you want both the length and indexes, please just use IDX.');
    await c.expect('LCS', 'a', 'b', 'MINMATCHLEN').error(SYNTAX);
    await c.expect('LCS', 'a', 'b', 'MINMATCHLEN', 'x').error('ERR value is not an integer or out of range');
    await c.expect('LCS', 'a', 'b', 'x').error(SYNTAX);
    await c.expect('LCS', 'a').error("ERR wrong number of arguments for 'lcs' command");
  });

  test('takes no more memory than a string may', async () => {
    const c = await client();
    await c.expect('SETRANGE', 'long', '20000', 'x').int(20_001);
    await c.expect('LCS', 'long', 'long').error('ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len');
    await c.expect('LCS', 'long', 'nosuch').bulk('');
  });
});
