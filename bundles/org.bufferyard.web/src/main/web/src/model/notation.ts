// The notation of numbers in board files (org.bufferyard.topology.model.Notation), for people:
// underscores may part the digits, and what is printed is canonical. All numbers are unsigned.

const UNITS = 'KMGT';
const LIMIT = 1n << 64n;

function digits(text: string): bigint {
  const plain = text.replaceAll('_', '');
  if (!/^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(plain)) {
    throw new Error(`'${text}' is not a number`);
  }
  const value = BigInt(plain);
  if (value >= LIMIT) {
    throw new Error(`'${text}' does not fit 64 bits`);
  }
  return value;
}

/** `0x8000_0000`, `2147483648`, and `2G` too, since people say "at 2G". */
export function parseAddress(text: string): bigint {
  try {
    return scaled(text.trim());
  } catch {
    throw new Error(`'${text}' is not an address: write hexadecimal, such as 0x4000_0000`);
  }
}

/** `256M`, `4K`, `65536`, `0x1_0000`. */
export function parseSize(text: string): bigint {
  try {
    return scaled(text.trim());
  } catch {
    throw new Error(`'${text}' is not a size: write bytes, or 4K, 16M, 2G`);
  }
}

function scaled(text: string): bigint {
  const match = /^(.*?)([kmgtKMGT])(i?[bB])?$/.exec(text);
  if (!match || /^0[xX]/.test(text)) {
    return digits(text);
  }
  const value = digits(match[1]!.trim()) << BigInt(10 * (UNITS.indexOf(match[2]!.toUpperCase()) + 1));
  if (value >= LIMIT) {
    throw new Error('beyond 64 bits');
  }
  return value;
}

export function printAddress(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16)}`;
}

/** The biggest unit that leaves a whole number; else bytes, long ones in hexadecimal. */
export function printSize(value: bigint): string {
  let count = BigInt.asUintN(64, value);
  let unit = 0;
  while (count > 0n && count % 1024n === 0n && unit < UNITS.length) {
    count >>= 10n;
    unit++;
  }
  if (unit > 0) {
    return `${count}${UNITS[unit - 1]}`;
  }
  return value > 9999n ? printAddress(value) : value.toString();
}

/** Groups of four digits, for reading only: `0x4000_0000`. */
export function readAddress(value: bigint): string {
  const hex = BigInt.asUintN(64, value).toString(16);
  return `0x${hex.replace(/\B(?=(?:[0-9a-f]{4})+$)/g, '_')}`;
}

/** Rounded, for reading only: `1.5 GiB`. */
export function readSize(value: bigint): string {
  const names = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  let amount = Number(BigInt.asUintN(64, value));
  let unit = 0;
  while (amount >= 1024 && unit < names.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${Number.isInteger(amount) ? amount : amount.toFixed(amount < 10 ? 2 : 1)} ${names[unit]}`;
}
