import type { Family } from '../router/command.ts';

export const databases: Family = { group: 'server', rows: [] };
