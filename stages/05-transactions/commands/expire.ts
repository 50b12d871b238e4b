import type { Family } from '../router/command.ts';

export const expire: Family = { group: 'generic', rows: [] };
