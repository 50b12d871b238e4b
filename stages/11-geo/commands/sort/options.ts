import type { Int64 } from '#shared/numbers/int64.ts';
import { parseLongLong, syntaxError } from '../arguments.ts';
import { parsePattern, type Pattern } from './patterns.ts';

/** The options of SORT. */
export interface SortOptions {
  /** The pattern of the key that holds an element's weight; undefined: the element itself is compared. */
  by: Pattern | undefined;
  /** False with a BY that has no asterisk: the elements stay as they are. */
  sorted: boolean;
  /** Elements are compared by their bytes, not as numbers. */
  alpha: boolean;
  descending: boolean;
  /** How many elements are left out at the start, and how many follow at most; a negative count: all. */
  offset: Int64;
  count: Int64;
  /** What is shown of each element; none: the element. */
  readonly gets: Pattern[];
  /** The key that gets the result. */
  store: string | undefined;
}

/** What follows the key (Redis: `sortCommandGeneric`); an option given twice counts as it came last. @throws ReplyError */
export function parseSortOptions(args: readonly string[], takesStore: boolean): SortOptions {
  const options: SortOptions = {
    by: undefined,
    sorted: true,
    alpha: false,
    descending: false,
    offset: 0,
    count: -1,
    gets: [],
    store: undefined,
  };
  for (let i = 2; i < args.length; i++) {
    const word = args[i]!.toUpperCase();
    const left = args.length - 1 - i;
    if (word === 'ASC') options.descending = false;
    else if (word === 'DESC') options.descending = true;
    else if (word === 'ALPHA') options.alpha = true;
    else if (word === 'LIMIT' && left >= 2) {
      options.offset = parseLongLong(args[++i]!);
      options.count = parseLongLong(args[++i]!);
    } else if (word === 'STORE' && left >= 1 && takesStore) options.store = args[++i]!;
    else if (word === 'BY' && left >= 1) {
      options.by = parsePattern(args[++i]!);
      // Once off, sorting stays off, whatever other BY follows.
      if (options.by.isConstant) options.sorted = false;
    } else if (word === 'GET' && left >= 1) options.gets.push(parsePattern(args[++i]!));
    else throw syntaxError();
  }
  return options;
}
