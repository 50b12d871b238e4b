import { describe, expect, Status, test } from '../harness/suite.ts';
import { as, NO_COMMAND, PASSWORD, userWith } from '../harness/users.ts';

/** The challenge of chapter 12: ACL WHOCAN, which checks for all users what ACL DRYRUN checks for one. Redis has no such command. */

describe('ACL WHOCAN', () => {
  test('names the users who may run a command, in the order of ACL USERS', async () => {
    await userWith('reader', '+@read', '~*');
    const admin = await userWith('getter', '+get', '~*');
    await admin.expect('ACL', 'WHOCAN', 'GET', 'k').array(['default', 'getter', 'reader']);
    await admin.expect('ACL', 'WHOCAN', 'strlen', 'k').array(['default', 'reader']);
    await admin.expect('ACL', 'WHOCAN', 'SET', 'k', 'v').array(['default']);
  });

  test('looks at keys, and at what is done to them', async () => {
    const admin = await userWith('writer', '+@all', '%W~log:*');
    await userWith('owner', '+@all', '~log:*');
    await admin.expect('ACL', 'WHOCAN', 'SET', 'log:1', 'x').array(['default', 'owner', 'writer']);
    await admin.expect('ACL', 'WHOCAN', 'SET', 'log:1', 'x', 'GET').array(['default', 'owner']);
    await admin.expect('ACL', 'WHOCAN', 'MSET', 'log:1', 'x', 'other', 'y').array(['default']);
  });

  test('looks at channels, at sub-commands, and at selectors', async () => {
    const admin = await userWith('editor', '+publish', '&news:*', '+client|id', '(+get ~extra)');
    await admin.expect('ACL', 'WHOCAN', 'PUBLISH', 'news:1', 'x').array(['default', 'editor']);
    await admin.expect('ACL', 'WHOCAN', 'PUBLISH', 'other', 'x').array(['default']);
    await admin.expect('ACL', 'WHOCAN', 'CLIENT', 'ID').array(['default', 'editor']);
    await admin.expect('ACL', 'WHOCAN', 'CLIENT', 'LIST').array(['default']);
    await admin.expect('ACL', 'WHOCAN', 'GET', 'extra').array(['default', 'editor']);
  });

  test('a user who is off can do nothing', async () => {
    const admin = await userWith('gone', '+@all', '~*');
    await admin.expect('ACL', 'WHOCAN', 'PING').array(['default', 'gone']);
    await admin.expect('ACL', 'SETUSER', 'gone', 'off').ok();
    await admin.expect('ACL', 'WHOCAN', 'PING').array(['default']);
  });

  test('runs nothing, and is no refusal for ACL LOG', async () => {
    const admin = await userWith('nobody', '-@all');
    await admin.expect('ACL', 'LOG', 'RESET').ok();
    await admin.expect('ACL', 'WHOCAN', 'SET', 'k', 'v').array(['default']);
    await admin.expect('EXISTS', 'k').int(0);
    await admin.expect('ACL', 'LOG').array([]);
  });

  test('says the same as ACL DRYRUN for each user', async () => {
    const admin = await userWith('a', '+@write', '-del', '~k*');
    await userWith('b', '+@all', '-@dangerous', '%R~*');
    const requests = ['GET k1', 'SET k1 v', 'DEL k1', 'KEYS *', 'COPY k1 k2', 'COPY other k2', 'FLUSHALL', 'PING', 'ACL WHOAMI'];
    for (const request of requests) {
      const words = request.split(' ');
      const able: string[] = [];
      for (const user of ['a', 'b', 'default']) {
        const reply = await admin.send('ACL', 'DRYRUN', user, ...words);
        if (reply instanceof Status && reply.text === 'OK') able.push(user);
      }
      expect(await admin.send('ACL', 'WHOCAN', ...words), request).toEqual(able);
    }
  });

  test('wrong requests', async () => {
    const admin = await userWith('nobody', '-@all');
    await admin.expect('ACL', 'WHOCAN', 'NOSUCH').error("ERR Command 'NOSUCH' not found");
    await admin.expect('ACL', 'WHOCAN', 'GET').error("ERR wrong number of arguments for 'get' command");
    await admin.expect('ACL', 'WHOCAN').error("ERR wrong number of arguments for 'acl|whocan' command");
  });

  test('is for administrators, and can be allowed by name', async () => {
    const admin = await userWith('auditor', '+ping');
    const auditor = await as('auditor');
    await auditor.expect('ACL', 'WHOCAN', 'PING').errorLike(NO_COMMAND('acl|whocan'));
    await admin.expect('ACL', 'SETUSER', 'auditor', '+acl|whocan', `>${PASSWORD}`).ok();
    await auditor.expect('ACL', 'WHOCAN', 'PING').array(['auditor', 'default']);
  });
});
