import { MapReply, SetReply, Status, type Reply } from '#shared/resp/reply.ts';
import { aclCategories } from './acl-categories.ts';
import type { Command } from './command.ts';
import type { KeySpec } from './key-specs.ts';

/** A command in COMMAND INFO (Redis: `addReplyCommandInfo`). */
export function infoReply(command: Command): Reply {
  const keys = command.row.keys ?? [];
  const { first, last, step, movable } = legacyRange(keys);
  const subcommands = [...command.subcommands.values()].map(infoReply);
  return [
    command.fullName,
    command.arity,
    flagsReply(shownFlags(command, movable)),
    first,
    last,
    step,
    flagsReply(aclCategories(command).map((category) => `@${category}`)),
    new SetReply(command.row.tips?.split(' ') ?? []),
    new SetReply(keys.map(keySpecReply)),
    subcommands.length > 0 ? subcommands : new SetReply([]),
  ];
}

/** Redis has a name for every flag but one: that a command which writes nothing may reach replicas all the same. */
function shownFlags({ flags }: Command, movable: boolean): string[] {
  const shown = [...flags].filter((flag) => flag !== 'may_replicate');
  return movable ? [...shown, 'movablekeys'] : shown;
}

/** A command in COMMAND DOCS (Redis: `addReplyCommandDocs`). */
export function docsReply(command: Command): Reply {
  const { summary, since, deprecated, internal } = command.row;
  const facts: Reply[] = ['summary', summary, 'since', since, 'group', command.family.group];
  if (internal) facts.push('doc_flags', flagsReply(['syscmd']));
  if (deprecated !== undefined) {
    facts.push('doc_flags', flagsReply(['deprecated']), 'deprecated_since', deprecated.since, 'replaced_by', deprecated.replacedBy);
  }
  if (command.subcommands.size > 0) {
    const subcommands = [...command.subcommands.values()];
    facts.push('subcommands', new MapReply(subcommands.flatMap((sub) => [sub.fullName, docsReply(sub)])));
  }
  return new MapReply(facts);
}

/** First key, last key and step, as clients older than key specs want them: of ranges from a fixed place. */
export function legacyRange(specs: readonly KeySpec[]): LegacyRange {
  const only = specs.length === 1 ? rangeOf(specs[0]!) : undefined;
  if (only !== undefined) return { ...only, movable: specs[0]!.flags.includes('incomplete') };
  let [first, last, movable] = [0, 0, false];
  for (const spec of specs) {
    const range = rangeOf(spec);
    const joins = range !== undefined && range.step === 1 && (last === 0 || last === range.first - 1);
    if (!joins || spec.flags.includes('incomplete')) movable = true;
    if (!joins) continue;
    if (first === 0) first = range.first;
    last = range.last;
  }
  return { first, last, step: first === 0 ? 0 : 1, movable };
}

/** Redis: `populateCommandLegacyRangeSpec`. */
interface LegacyRange {
  readonly first: number;
  /** Negative: from the end. */
  readonly last: number;
  readonly step: number;
  /** Whether there may be other keys (`movablekeys`). */
  readonly movable: boolean;
}

function rangeOf({ begin, find }: KeySpec): Omit<LegacyRange, 'movable'> | undefined {
  if (typeof begin !== 'number' || 'numkeys' in find) return undefined;
  return { first: begin, last: find.last >= 0 ? begin + find.last : find.last, step: find.step };
}

function keySpecReply({ flags, begin, find }: KeySpec): Reply {
  if (begin === 'unknown') return specReply(flags, UNKNOWN, UNKNOWN);
  const beginSpec =
    typeof begin === 'number'
      ? ['type', 'index', 'spec', new MapReply(['index', begin])]
      : ['type', 'keyword', 'spec', new MapReply(['keyword', begin.keyword, 'startfrom', begin.from])];
  const findSpec =
    'numkeys' in find
      ? ['type', 'keynum', 'spec', new MapReply(['keynumidx', 0, 'firstkey', 1, 'keystep', 1])]
      : ['type', 'range', 'spec', new MapReply(['lastkey', find.last, 'keystep', find.step, 'limit', find.limit])];
  return specReply(flags, beginSpec, findSpec);
}

const UNKNOWN: readonly Reply[] = ['type', 'unknown', 'spec', new MapReply([])];

function specReply(flags: string, begin: readonly Reply[], find: readonly Reply[]): Reply {
  return new MapReply([
    'flags',
    flagsReply(flags.split(' ')),
    'begin_search',
    new MapReply(begin),
    'find_keys',
    new MapReply(find),
  ]);
}

/** Words as a set of simple strings (Redis: `addReplyCommandFlags`). */
export function flagsReply(words: readonly string[]): Reply {
  return new SetReply(words.map((word) => new Status(word)));
}
