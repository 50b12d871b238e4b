/** The version of Redis that clients are shown: the one whose behaviour the stages follow. */
export const REDIS_VERSION = '7.2.0';
