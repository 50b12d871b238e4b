const UNITS = ['K', 'M', 'G', 'T', 'P', 'E'];

/** A number of bytes for humans, as Redis writes it: `967.23K` (`bytesToHuman`). */
export function bytesToHuman(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  const unit = Math.min(UNITS.length, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** unit).toFixed(2)}${UNITS[unit - 1]}`;
}
