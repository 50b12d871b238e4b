/** The state of CLIENT TRACKING for a connection (Redis: the CLIENT_TRACKING_… flags). */
export interface ClientTracking {
  /** The ID of the client that gets the invalidations instead; 0: none. */
  redirect: number;
  /** That client has disconnected. */
  brokenRedirect: boolean;
  /** With BCAST, in order: it is sent the changes of all keys that begin so, read or not. Undefined: of the keys that it has read. */
  prefixes: string[] | undefined;
  /** `optin`: only what it reads after CLIENT CACHING YES is remembered; `optout`: all but what it reads after NO. */
  option: 'optin' | 'optout' | undefined;
  /** CLIENT CACHING was given for the next command. */
  caching: boolean;
  /** Its own changes are not reported to it. */
  noLoop: boolean;
}
