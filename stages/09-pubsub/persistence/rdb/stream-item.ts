/** The flags before an entry in a stream's listpack (Redis: `STREAM_ITEM_FLAG_…` in stream.h). */
export const STREAM_ITEM_FLAG = {
  NONE: 0,
  /** It is deleted, and its bytes are still there. */
  DELETED: 1,
  /** Its field names are those of the master entry, and not written again. */
  SAMEFIELDS: 2,
} as const;
