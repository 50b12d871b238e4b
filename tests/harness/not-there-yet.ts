/** Why the other tests of a group are skipped after three timeouts in it. */
export const NOT_THERE_YET = 'not there yet';
