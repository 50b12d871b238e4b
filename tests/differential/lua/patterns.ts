import type { Rng } from '../../harness/rng.ts';

const SINGLES = ['a', 'b', 'c', '1', ' ', '.', '.', '%a', '%d', '%s', '%w', '%p', '%c', '%x', '%l', '%u', '%z', '%A', '%D', '%W', '%S', '%.', '%%', '%]', '-', ']', '\xff', '_'];
const ELEMENTS = ['a', 'b', 'c', 'a-c', '0-9', 'c-a', '%a', '%d', '%W', '%]', ']', '^', '-', '%-', '.', '\xff', '%z', '\x80-\xff'];
const SUFFIXES = ['', '', '', '', '*', '+', '-', '?'];
const ODD = ['%', '[', '(', ')', '%1', '%2', '%0', '%b', '%bx', '%f', '%fa', '[a', '[^', '[]', '[%', '\0', '$', '^', '*'];

/** A pattern of Lua's, now and then a wrong one. */
export function randomPattern(rng: Rng): string {
  let pattern = rng.chance(0.15) ? '^' : '';
  let open = 0;
  let closed = 0;
  for (let items = rng.int(0, 6); items > 0; items--) {
    const kind = rng.next();
    if (kind < 0.5) pattern += rng.pick(SINGLES) + rng.pick(SUFFIXES);
    else if (kind < 0.65) pattern += randomSet(rng) + rng.pick(SUFFIXES);
    else if (kind < 0.75) {
      pattern += '(';
      open++;
    } else if (kind < 0.85 && open > 0) {
      pattern += ')';
      open--;
      closed++;
    } else if (kind < 0.88) pattern += '()';
    else if (kind < 0.9 && closed > 0) pattern += `%${rng.int(1, closed)}`;
    else if (kind < 0.93) pattern += rng.pick(['%b()', '%b[]', '%baa', '%bab']);
    else if (kind < 0.96) pattern += `%f${randomSet(rng)}`;
    else pattern += rng.pick(ODD);
  }
  if (rng.chance(0.9)) pattern += ')'.repeat(open);
  return rng.chance(0.15) ? `${pattern}$` : pattern;
}

function randomSet(rng: Rng): string {
  const elements = Array.from({ length: rng.int(1, 3) }, () => rng.pick(ELEMENTS)).join('');
  return `[${rng.chance(0.3) ? '^' : ''}${elements}]`;
}

/** What `gsub` puts in for a match. */
export function randomReplacement(rng: Rng): string {
  return Array.from({ length: rng.int(0, 3) }, () => rng.pick(['x', '%0', '%1', '%2', '%%', '<', '%', '%a', ''])).join('');
}
