/** A place in a script where something may fail: what the error has to say about it. */
export interface Site {
  /** Its number among the sites of the chunk. */
  index: number;
  /** The name of the chunk, as errors show it. */
  chunk: string;
  line: number;
  /** What is indexed, called or computed with, as the script names it: `global 'foo'`, `field 'x'`; '' if it has no name. */
  left: string;
  /** The second operand. */
  right: string;
  /** The name of the called function, for `bad argument #1 to 'rep'`. */
  callee: string;
  isMethod: boolean;
  /** The caller has left its frame to the called function. */
  isTail: boolean;
}
