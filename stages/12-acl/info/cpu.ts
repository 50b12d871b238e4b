import type { InfoField } from '#shared/info/info.ts';

/** Section CPU of INFO: seconds, of all threads of the process. */
export function cpuFields(): InfoField[] {
  const { system, user } = process.cpuUsage();
  return [
    ['used_cpu_sys', (system / 1e6).toFixed(6)],
    ['used_cpu_user', (user / 1e6).toFixed(6)],
  ];
}
