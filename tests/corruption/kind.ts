import type { Damage } from './damage.ts';

/** Files that a server starts on; one of them will be damaged. */
export interface Sample {
  readonly name: string;
  /** Paths within the server's folder. */
  readonly files: Record<string, Buffer>;
  /** The path of the file that gets the damage. */
  readonly target: string;
  /** Whether a checksum in the file covers it: then no damage may pass unseen. */
  readonly checked: boolean;
}

/** What a loader made of damaged files. `bug`: anything that is neither a load nor a refusal as it should be. */
export interface Outcome {
  readonly kind: 'refused' | 'same' | 'other' | 'bug';
  readonly text: string;
}

/** Loads files in this process, without a server around it, and compares with what the whole sample loads to. */
export type Loader = (files: Record<string, Buffer>, original: Record<string, Buffer>) => Promise<Outcome>;

/** A kind of file to damage: RDB files, AOFs. */
export interface CorruptionKind {
  readonly name: string;
  /** The first stage that has such files. */
  readonly since: string;
  samples(): Sample[];
  /** Those that npm test has time for. */
  quickSamples(): Sample[];
  /** A module that exports `createLoader(stageDir): Promise<Loader>`, for the child process. */
  readonly loaderModule: string;
  /** The flags with which a whole server starts on a sample, beside --dir. */
  readonly flags: readonly string[];
  /** The line that a whole server prints when it refuses this sample. */
  refusalLine(sample: Sample): RegExp;
  /** What is wrong with this outcome, a refusal or a load, after this damage; undefined: nothing. */
  fault(sample: Sample, damage: Damage, outcome: Outcome): string | undefined;
}
