import type { Family } from '../router/command.ts';

export const keys: Family = { group: 'generic', rows: [] };
