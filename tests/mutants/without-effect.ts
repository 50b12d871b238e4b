/** A change that no client can see: why is said, and it counts neither as noticed nor as survived. */
export interface WithoutEffect {
  readonly stage: string;
  readonly file: string;
  /** As `npm run mutate` prints them. */
  readonly before: string;
  readonly after: string;
  readonly why: string;
}

export const WITHOUT_EFFECT: readonly WithoutEffect[] = [];
