/**
 * A place between members: just before or just after all of a score, or, among members of the same score, a member. Every
 * range is two places, and how many members stand before each of them: that is all that ranges by score and by name need.
 */
export interface Place {
  /** Looked at when there is no member. */
  readonly score: number;
  readonly member: string | undefined;
  readonly after: boolean;
}

/** Two places; the members between them are the range. */
export interface Bounds {
  readonly from: Place;
  readonly to: Place;
}

/** The place before a score, or after it. */
export function atScore(score: number, after: boolean): Place {
  return { score, member: undefined, after };
}

/** The place before a member, or after it; it need not be there. */
export function atMember(member: string, after: boolean): Place {
  return { score: 0, member, after };
}

/** Whether every member stands before the place, whatever its score: `+inf` as the end of a range. */
export function isAfterAll({ score, member, after }: Place): boolean {
  return score === Infinity && member === undefined && after;
}

/** Whether a member of a score stands before the place. */
export function isBeforeScore(score: number, place: Place): boolean {
  return score < place.score || (place.after && score === place.score);
}

/** Whether a member stands before the place at `bound`. */
export function isBeforeMember(member: string, bound: string, after: boolean): boolean {
  return member < bound || (after && member === bound);
}
