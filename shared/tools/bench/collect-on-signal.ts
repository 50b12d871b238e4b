import { Session } from 'node:inspector';

// Loaded into the process of a stage whose memory is measured: at SIGUSR2 V8 collects all garbage and gives free pages
// back, the same as it does when the server has been idle for a minute or two.
const session = new Session();
session.connect();
process.on('SIGUSR2', () => session.post('HeapProfiler.collectGarbage'));
