import { describe, expect, test } from 'vitest';
import { bytesToHuman } from '#shared/info/format.ts';
import { infoText, type InfoSection } from '#shared/info/info.ts';

const SECTIONS: InfoSection<{ size: number }>[] = [
  { name: 'Server', fields: ({ size }) => [['size', size], ['name', 'x']] },
  { name: 'Commandstats', long: true, fields: () => [['cmdstat_get', 'calls=1']] },
  { name: 'Modules', fields: () => [] },
];

function headings(...names: string[]): string[] {
  return infoText(SECTIONS, { size: 1 }, names).match(/^# \w+/gm) ?? [];
}

describe('the sections that INFO shows', () => {
  test('fields are lines; a blank line stands between sections', () => {
    expect(infoText(SECTIONS, { size: 1 }, [])).toBe('# Server\r\nsize:1\r\nname:x\r\n\r\n# Modules\r\n');
  });

  const CASES: [names: string[], shown: string[]][] = [
    [[], ['# Server', '# Modules']],
    [['default'], ['# Server', '# Modules']],
    [['all'], ['# Server', '# Commandstats', '# Modules']],
    [['Everything'], ['# Server', '# Commandstats', '# Modules']],
    [['modules', 'SERVER', 'server'], ['# Server', '# Modules']],
    [['commandstats'], ['# Commandstats']],
    [['default', 'commandstats'], ['# Server', '# Commandstats', '# Modules']],
    [['nosuch', 'modules'], ['# Modules']],
    [['nosuch'], []],
    [[''], []],
  ];
  for (const [names, shown] of CASES) test(`INFO ${names.join(' ')}`, () => expect(headings(...names)).toEqual(shown));
});

test('bytes for humans', () => {
  const shown = [0, 1023, 1024, 990440, 1024 ** 2 - 1, 1024 ** 2, 25276063744, 1024 ** 4].map(bytesToHuman);
  expect(shown).toEqual(['0B', '1023B', '1.00K', '967.23K', '1024.00K', '1.00M', '23.54G', '1.00T']);
});
