// A devicetree blob made here: a board of any size, without anybody's file.
type Value = string | readonly string[] | readonly number[];
export interface TreeNode {
  readonly [name: string]: Value | TreeNode | true;
}

const BEGIN = 1;
const END = 2;
const PROP = 3;
const FINISH = 9;

/** Version 17, as dtc writes it. */
export function flatten(root: TreeNode): Buffer {
  const strings: string[] = [];
  const offsets = new Map<string, number>();
  let length = 0;
  const parts: Buffer[] = [];
  const word = (value: number) => {
    const b = Buffer.alloc(4);
    b.writeUInt32BE(value >>> 0);
    parts.push(b);
  };
  const padded = (b: Buffer) => {
    parts.push(b, Buffer.alloc((4 - (b.length % 4)) % 4));
  };
  const offset = (name: string) => {
    if (!offsets.has(name)) {
      offsets.set(name, length);
      strings.push(name);
      length += name.length + 1;
    }
    return offsets.get(name)!;
  };
  const walk = (name: string, node: TreeNode) => {
    word(BEGIN);
    padded(Buffer.from(`${name}\0`));
    const entries = Object.entries(node);
    for (const [key, value] of entries) {
      if (value === true || typeof value === 'string' || Array.isArray(value)) {
        const bytes = encode(value as Value | true);
        word(PROP);
        word(bytes.length);
        word(offset(key));
        padded(bytes);
      }
    }
    for (const [key, value] of entries) {
      if (value !== true && typeof value === 'object' && !Array.isArray(value)) {
        walk(key, value as TreeNode);
      }
    }
    word(END);
  };
  walk('', root);
  word(FINISH);
  const structure = Buffer.concat(parts);
  const names = Buffer.from(strings.map((s) => `${s}\0`).join(''));
  const header = Buffer.alloc(56);
  const structAt = 56;
  const stringsAt = structAt + structure.length;
  [0xd00dfeed, stringsAt + names.length, structAt, stringsAt, 40, 17, 16, 0, names.length, structure.length].forEach(
    (value, i) => header.writeUInt32BE(value >>> 0, i * 4),
  );
  return Buffer.concat([header, structure, names]);
}

function encode(value: Value | true): Buffer {
  if (value === true) {
    return Buffer.alloc(0);
  }
  if (typeof value === 'string') {
    return Buffer.from(`${value}\0`);
  }
  if (value.length > 0 && typeof value[0] === 'string') {
    return Buffer.from(value.map((s) => `${s as string}\0`).join(''));
  }
  const b = Buffer.alloc(value.length * 4);
  value.forEach((cell, i) => b.writeUInt32BE((cell as number) >>> 0, i * 4));
  return b;
}

/** Some 16 units and so many devices, two thirds of them behind a unit. */
export function largeBoard(devices: number): Buffer {
  const soc: Record<string, TreeNode | Value | true> = {
    compatible: 'simple-bus',
    '#address-cells': [2],
    '#size-cells': [2],
    ranges: true,
  };
  const at = (i: number) => 0xf0000000 + i * 0x10000;
  for (let i = 0; i < 16; i++) {
    soc[`iommu@${at(i).toString(16)}`] = {
      compatible: 'rockchip,rk3568-iommu',
      reg: [0, at(i), 0, 0x100],
      '#iommu-cells': [0],
      phandle: [100 + i],
    };
  }
  for (let i = 0; i < devices; i++) {
    const base = at(16 + i);
    soc[`video${i}@${base.toString(16)}`] = {
      compatible: i % 2 === 0 ? 'rockchip,rk3588-vop' : 'rockchip,rk3568-vepu',
      reg: [0, base, 0, 0x1000],
      ...(i % 3 !== 1 ? { iommus: [100 + (i % 16)] } : {}),
      ...(i % 29 === 0 ? { 'memory-region': [90] } : {}),
    };
  }
  return flatten({
    model: 'A large board',
    compatible: ['example,large', 'rockchip,rk3588'],
    '#address-cells': [2],
    '#size-cells': [2],
    'memory@200000': { device_type: 'memory', reg: [0, 0x200000, 0, 0xefe00000] },
    'reserved-memory': {
      '#address-cells': [2],
      '#size-cells': [2],
      ranges: true,
      'video@10000000': {
        compatible: 'shared-dma-pool',
        reg: [0, 0x10000000, 0, 0x4000000],
        'no-map': true,
        phandle: [90],
      },
    },
    soc: soc as TreeNode,
  });
}
