/** What kind of value follows, and how it is written (Redis: `RDB_TYPE_…` in rdb.h). */
export const RDB_TYPE = {
  STRING: 0,
  LIST: 1,
  SET: 2,
  ZSET: 3,
  HASH: 4,
  /** Scores as binary doubles. */
  ZSET_2: 5,
  MODULE_PRE_GA: 6,
  MODULE_2: 7,
  HASH_ZIPMAP: 9,
  LIST_ZIPLIST: 10,
  SET_INTSET: 11,
  ZSET_ZIPLIST: 12,
  HASH_ZIPLIST: 13,
  LIST_QUICKLIST: 14,
  STREAM_LISTPACKS: 15,
  HASH_LISTPACK: 16,
  ZSET_LISTPACK: 17,
  LIST_QUICKLIST_2: 18,
  STREAM_LISTPACKS_2: 19,
  SET_LISTPACK: 20,
  STREAM_LISTPACKS_3: 21,
  /** Hashes whose fields have deadlines, since Redis 7.4. */
  HASH_METADATA_PRE_GA: 22,
  HASH_LISTPACK_EX_PRE_GA: 23,
  HASH_METADATA: 24,
  HASH_LISTPACK_EX: 25,
} as const;

/** What follows is not a value (Redis: `RDB_OPCODE_…`). */
export const RDB_OPCODE = {
  SLOT_INFO: 244,
  FUNCTION2: 245,
  FUNCTION_PRE_GA: 246,
  MODULE_AUX: 247,
  /** Seconds since the next key was used. */
  IDLE: 248,
  FREQ: 249,
  /** A pair of strings about the file. */
  AUX: 250,
  RESIZEDB: 251,
  EXPIRETIME_MS: 252,
  EXPIRETIME: 253,
  SELECTDB: 254,
  EOF: 255,
} as const;

/**
 * A length's first two bits say how it goes on: six bits, fourteen bits, or with the whole byte 32 or 64 bits, big
 * endian. `ENCVAL` says that it is no length but a string in another form, which the other six bits name.
 */
export const RDB_LENGTH = { BITS_6: 0, BITS_14: 1, BITS_32: 0x80, BITS_64: 0x81, ENCVAL: 3 } as const;

/** Strings in another form: integers, little endian, and compressed text (Redis: `RDB_ENC_…`). */
export const RDB_ENC = { INT8: 0, INT16: 1, INT32: 2, LZF: 3 } as const;

/** Elements of a quicklist: a long one alone, or a listpack of them (Redis: `QUICKLIST_NODE_CONTAINER_…`). */
export const QUICKLIST_NODE = { PLAIN: 1, PACKED: 2 } as const;

/** The newest version of the format that is read. */
export const RDB_VERSION_MAX = 12;
