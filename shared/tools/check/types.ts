import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Check } from './check.ts';

/** The compiler reports no error. */
export const typesCheck: Check = {
  name: 'tsc --noEmit is clean',
  run(root) {
    return new Promise((done) => {
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      const compiler = spawn(process.execPath, [tsc, '--noEmit', '--pretty', 'false'], { cwd: root });
      let output = '';
      compiler.stdout.on('data', (chunk) => (output += chunk));
      compiler.stderr.on('data', (chunk) => (output += chunk));
      compiler.on('error', (error) => done({ problems: [`the compiler cannot be run: ${error.message}`] }));
      compiler.on('close', (code) => {
        if (code === 0) done({ problems: [] });
        else done({ problems: output.trim() === '' ? [`exit code ${code}`] : output.trim().split('\n') });
      });
    });
  },
};
