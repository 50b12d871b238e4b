import { plantedBugs } from './planted-bugs.ts';

plantedBugs('01', [
  {
    file: 'network/read-query.ts',
    find: 'while (!client.closing) {\n      const args =',
    replace: 'for (let once = true; once && !client.closing; once = false) {\n      const args =',
    why: 'of several requests in one packet only the first is answered',
  },
  {
    file: 'network/read-query.ts',
    find: '      server.clients.closeAfterReply(client);\n    } else',
    replace: '    } else',
    why: 'the connection stays open after a protocol error',
  },
  {
    file: 'router/guards.ts',
    find: 'args.length >= -arity',
    replace: 'args.length > -arity',
    why: 'a command with a least number of arguments refuses just that number',
  },
  {
    file: 'commands/connection/connection.ts',
    find: "  client.name = '';\n",
    replace: '',
    why: "RESET keeps the connection's name",
  },
  {
    file: 'router/unknown-command.ts',
    find: 'MAX_SHOWN - shown.length',
    replace: 'MAX_SHOWN',
    why: 'the error for an unknown command repeats more of its arguments than Redis does',
  },
  {
    file: 'router/execute.ts',
    find: '    command.stats.failed++;\n',
    replace: '',
    why: 'INFO counts no failed calls',
  },
  {
    file: 'shared/stats/command-clock.ts',
    find: 'if (this.current !== undefined) this.lap(this.current);\n    this.current = stats;',
    replace: 'this.current ??= stats;',
    why: 'the time of all commands in a packet is counted for the first one',
  },
  {
    file: 'shared/info/info.ts',
    find: "(!long && wanted.has('default'))",
    replace: "wanted.has('default')",
    why: 'INFO without a name shows the long sections too',
  },
  {
    file: 'shared/net/listen.ts',
    find: '    if (readOn > READ_ON_BYTES) socket.pause();\n',
    replace: '',
    why: 'a client whose connection ends is read as fast as it sends, until it is cut',
  },
  {
    file: 'shared/net/listen.ts',
    find: 'timer = setTimeout(() => socket.destroy(), LINGER_MS)',
    replace: 'socket.setTimeout(LINGER_MS, () => socket.destroy())',
    why: 'a connection that is to end stays open for as long as its client sends',
  },
  {
    file: 'server.ts',
    find: '    checkSoftLimits(this);\n',
    replace: '',
    why: 'a client over its soft limit stays for as long as nothing more is added to its replies',
  },
  {
    file: 'network/write-replies.ts',
    find: '  checkOutputLimit(server, client);\n',
    replace: '',
    why: 'replies too short to fill a part are not counted against the output limit',
  },
]);
