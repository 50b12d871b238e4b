import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { within } from '../harness/time.ts';
import type { Answer, Work } from './child.ts';
import { countDamages, damageAt, damageText, type Damage } from './damage.ts';
import type { CorruptionKind, Outcome, Sample } from './kind.ts';

export interface Report {
  tried: number;
  refused: number;
  /** Loaded to what the whole file holds. */
  same: number;
  /** Loaded as other data, where nothing in the file shows the damage. */
  other: number;
  /**
   * Cases in which the process ended, hung, took too much memory or threw anything but a refusal; shown in
   * `failures`.
   */
  crashed: number;
  /** Faults, one a line: crashes, and damage that was loaded although the file shows it. */
  failures: string[];
  /** The most memory the loading process had, in bytes. */
  peak: number;
  slowestMs: number;
}

export interface CorruptionOptions {
  readonly kind: CorruptionKind;
  /** Absolute. */
  readonly stageDir: string;
  readonly samples: readonly Sample[];
  readonly masks: readonly number[];
  onSample?(sample: Sample, report: Report): void;
}

/** A batch takes well under a second: after this it hangs. */
const HANG_MS = 20_000;
/** So many cases for the child at once. */
const BATCH = 400;
/** V8's limit for the child, in MB: a balloon of objects bursts there. */
const HEAP_MB = 256;

/**
 * Damages samples in every way and loads them with a stage's own code, in a child process: so thousands of cases take
 * seconds, and a crash costs one child.
 */
export async function runCorruption(options: CorruptionOptions): Promise<Report> {
  const report: Report = { tried: 0, refused: 0, same: 0, other: 0, crashed: 0, failures: [], peak: 0, slowestMs: 0 };
  let child = await startChild(options);
  try {
    for (const sample of options.samples) {
      const { kind, masks } = options;
      const total = countDamages(sample.files[sample.target]!.length, masks);
      let batch = BATCH;
      for (let from = 0; from < total; ) {
        const to = Math.min(total, from + batch);
        const answer = await ask(child, { sample, masks, from, to });
        if (typeof answer !== 'string') {
          answer.outcomes.forEach((outcome, i) => count(report, kind, sample, damageAt(from + i, masks), outcome));
          report.peak = Math.max(report.peak, answer.peak);
          report.slowestMs = Math.max(report.slowestMs, answer.slowestMs);
          from = to;
          continue;
        }
        child.kill('SIGKILL');
        child = await startChild(options);
        // The cases of this batch follow one by one, until the one is found that ended the child.
        if (batch > 1) batch = 1;
        else {
          count(report, kind, sample, damageAt(from, masks), { kind: 'bug', text: answer });
          from++;
          batch = BATCH;
        }
      }
      options.onSample?.(sample, report);
    }
  } finally {
    child.kill('SIGKILL');
  }
  return report;
}

function count(report: Report, kind: CorruptionKind, sample: Sample, damage: Damage, outcome: Outcome): void {
  report.tried++;
  const wrong = (what: string) => report.failures.push(`${sample.name}, ${damageText(damage)}: ${what}`);
  if (outcome.kind === 'bug') {
    report.crashed++;
    wrong(outcome.text);
    return;
  }
  report[outcome.kind]++;
  const fault = kind.fault(sample, damage, outcome);
  if (fault !== undefined) wrong(fault);
}

async function startChild({ kind, stageDir }: CorruptionOptions): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), [kind.loaderModule, stageDir], {
    execArgv: ['--import', import.meta.resolve('tsx'), `--max-old-space-size=${HEAP_MB}`],
    serialization: 'advanced',
    // What stages log about skipped keys would be thousands of lines.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const ready = await within(HANG_MS, nextMessage(child));
  if (ready !== 'ready') throw new Error(`the loader of ${stageDir} does not start: ${String(ready)}`);
  return child;
}

/** The child's answer to this work, or a text that says how the child ended. */
async function ask(child: ChildProcess, work: Work): Promise<Answer | string> {
  const message = nextMessage(child);
  child.send(work);
  return ((await within(HANG_MS, message)) as Answer | string | undefined) ?? `hangs: nothing after ${HANG_MS / 1000} s`;
}

/** The child's next message, or a text that says how the child ended. */
function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    let errors = '';
    const collect = (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000));
    const done = (result: unknown) => {
      child.stderr!.off('data', collect);
      child.off('message', done);
      child.off('exit', ended);
      resolve(result);
    };
    const ended = (code: number | null, signal: string | null) => {
      done(`the process ended (${signal ?? code}) ${errors}`);
    };
    child.stderr!.on('data', collect);
    child.once('message', done);
    child.once('exit', ended);
  });
}
