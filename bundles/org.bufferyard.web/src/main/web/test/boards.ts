// A small board as the wire has it, for tests that need no server.
import { Board, readElement } from '../src/model/board';
import { Schema } from '../src/model/schema';
import type { ClassInfo, Feature, WireElement, WireSchema } from '../src/wire/types';

const feature = (name: string, kind: Feature['kind'], more: Partial<Feature> = {}): Feature => ({
  name,
  kind,
  type: kind === 'attribute' ? 'string' : 'class',
  ...more,
});

const info = (role: ClassInfo['role'], more: Partial<ClassInfo> = {}): ClassInfo => ({
  label: more.label ?? role,
  supers: [],
  role,
  features: [],
  children: [],
  edges: [],
  ...more,
});

const inside = (...classes: string[]) => classes.map((cls) => ({ feature: 'components', class: cls }));

export const SCHEMA: WireSchema = {
  schemaRev: 1,
  root: 't:Topology',
  packages: { t: { nsURI: 'http://example.org/t' } },
  enums: {},
  classes: {
    't:Topology': info('root', {
      features: [feature('components', 'containment', { many: true })],
      children: inside('t:Memory', 't:Bus', 't:Iommu', 't:Device', 'n:Npu'),
    }),
    't:Bus': info('bus', {
      features: [feature('components', 'containment', { many: true })],
      children: inside('t:Bus', 't:Iommu', 't:Device', 'n:Npu'),
    }),
    't:Memory': info('memory', {
      features: [
        feature('base', 'attribute', { type: 'address' }),
        feature('size', 'attribute', { type: 'size' }),
        feature('pools', 'containment', { many: true }),
      ],
      children: [{ feature: 'pools', class: 't:Pool' }],
    }),
    't:Pool': info('pool', {
      features: [feature('base', 'attribute', { type: 'address' }), feature('size', 'attribute', { type: 'size' })],
    }),
    't:Iommu': info('iommu'),
    't:Link': info('part', { features: [feature('iommu', 'reference', { required: true, target: 't:Iommu' })] }),
    't:Device': info('device', {
      label: 'Device',
      features: [
        feature('iommus', 'containment', { many: true }),
        feature('memoryRegions', 'reference', { many: true, target: 't:Pool' }),
        feature('dmaParent', 'reference', { target: 't:Bus' }),
      ],
      children: [{ feature: 'iommus', class: 't:Link' }],
      edges: [
        { feature: 'iommus', via: 'iommu', link: 't:Link', target: 't:Iommu' },
        { feature: 'memoryRegions', target: 't:Pool' },
        { feature: 'dmaParent', target: 't:Bus' },
      ],
    }),
    'n:Npu': info('device', { label: 'Npu', supers: ['t:Device'] }),
  },
};

const ELEMENTS: Record<string, WireElement> = {
  top: { class: 't:Topology', label: 'top', children: { components: ['dram', 'soc'] } },
  dram: {
    class: 't:Memory',
    label: 'dram',
    parent: 'top',
    feature: 'components',
    attrs: { base: '0x40000000', size: '2G' },
    children: { pools: ['dram/a', 'dram/b', 'dram/c'] },
  },
  'dram/a': { class: 't:Pool', label: 'a', parent: 'dram', attrs: { base: '0xbe000000', size: '16M' } },
  'dram/b': { class: 't:Pool', label: 'b', parent: 'dram', attrs: { size: '8M' } },
  'dram/c': { class: 't:Pool', label: 'c', parent: 'dram', attrs: { base: '0x40000000', size: '1G' } },
  soc: { class: 't:Bus', label: 'soc', parent: 'top', children: { components: ['soc/mmu', 'soc/scaler', 'soc/codec', 'soc/apb'] } },
  'soc/mmu': { class: 't:Iommu', label: 'mmu', parent: 'soc' },
  'soc/scaler': { class: 't:Device', label: 'scaler', parent: 'soc', children: { iommus: ['~1'] } },
  '~1': { class: 't:Link', label: 'link', parent: 'soc/scaler', feature: 'iommus', refs: { iommu: 'soc/mmu' } },
  'soc/codec': { class: 't:Device', label: 'codec', parent: 'soc', refs: { memoryRegions: ['dram/a'] } },
  'soc/apb': { class: 't:Bus', label: 'apb', parent: 'soc', children: { components: ['soc/apb/uart'] } },
  'soc/apb/uart': { class: 't:Device', label: 'uart', parent: 'soc/apb', children: { iommus: ['~2'] }, refs: { memoryRegions: 'dram/c' } },
  '~2': { class: 't:Link', label: 'link', parent: 'soc/apb/uart', feature: 'iommus', refs: { iommu: 'soc/mmu' } },
};

export function board(more: Record<string, WireElement> = {}): Board {
  const elements = Object.entries({ ...ELEMENTS, ...more });
  return new Board(new Schema(SCHEMA), 'top', new Map(elements.map(([id, e]) => [id, readElement(id, e)])), []);
}
