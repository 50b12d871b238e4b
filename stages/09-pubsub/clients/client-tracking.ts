/** The state of CLIENT TRACKING for a connection (Redis: the CLIENT_TRACKING_… flags). */
export interface ClientTracking {
  /** The ID of the client that gets the invalidations instead; 0: none. */
  redirect: number;
  /** That client has disconnected. */
  brokenRedirect: boolean;
  /** In order, prefixes of all keys whose changes it is sent, read or not (BCAST); undefined: those that it has read. */
  prefixes: string[] | undefined;
  /** `optin`: only what it reads after CLIENT CACHING YES is remembered; `optout`: all but what it reads after NO. */
  option: 'optin' | 'optout' | undefined;
  /** CLIENT CACHING was given for the next command. */
  caching: boolean;
  /** Its own changes are not reported to it. */
  noLoop: boolean;
}
